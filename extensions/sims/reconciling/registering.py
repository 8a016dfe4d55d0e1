"""What of the reconciliation goes on in the background."""

from extensions.sims import noticing
from extensions.sims.reconciling import comparing
from extensions.sims.reconciling.accepting_many import LinkingJobs
from iotdash.runtime import jobs
from iotdash.runtime.sweep import register_due_finder


def register() -> None:
    """Called from AppConfig.ready()."""
    jobs.register_kind(LinkingJobs())
    register_due_finder("comparison of SIMs and devices", comparing.wake_due)
    register_due_finder("changes of IMEIs", noticing.forget_old)
