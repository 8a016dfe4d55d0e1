"""Jobs that ask an operation about many SIMs, as their pages show them."""

from django.urls import reverse

from extensions.core.jobs import OperationJobs
from iotdash.runtime.models import Job, JobItem


class SimJobs(OperationJobs):
    """An item's `target` is the primary key of its SIM."""

    def address(self, job: Job, item: JobItem) -> str:
        """What was asked, and where nothing was, the SIM: one that was left out is looked at to see why."""
        if item.reference or not item.target:
            return super().address(job, item)
        return reverse("sims:sim", args=[job.organization, item.target])
