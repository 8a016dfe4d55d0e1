"""What is known after the kill test with a job: the carrier's log, and the product's rows."""

from collections import defaultdict

from extensions.controlcenter.sandbox import Call, State
from extensions.controlcenter.states import state_name
from extensions.core.models import Operation
from extensions.sims.operations import STATUS
from iotdash.audit.models import ActivityEntry
from iotdash.runtime.models import Job
from tests.chaos.jobs.plan import JobPlan
from tests.chaos.jobs.truth import Evidence, Item, Write


def gather(sandbox: State, plan: JobPlan, doubts: int) -> Evidence:
    job = Job.objects.filter(confirmed_at__isnull=False).latest("pk")
    iccids = [iccid for carrier in plan.killing.carriers for iccid in carrier.iccids]
    return Evidence(
        items=_items(job),
        writes=_writes(sandbox),
        states={sim.iccid: state_name(sim.status) for sim in map(sandbox.sim, iccids) if sim},
        job=job.state,
        doubts=doubts,
        jobs=Job.objects.count(),
        told=ActivityEntry.objects.filter(action="job finished").count(),
    )


def _items(job: Job) -> list[Item]:
    asked = defaultdict(list)
    for subject, state in Operation.objects.filter(operation_id=STATUS).values_list("subject", "state"):
        asked[subject].append(state)
    rows = job.items.order_by("position").values_list("subject", "state", "sentence")
    return [Item(*row, operations=tuple(asked[row[0]])) for row in rows]


def _writes(sandbox: State) -> list[Write]:
    """AssertionError if the beginning of the log was forgotten already."""
    calls = sandbox.calls()
    assert calls[0].id == 1, "the sandbox forgot the first calls: too many items for one run"
    return [Write(_iccid(call), bool(call.performed)) for call in calls if _writes_state(call)]


def _writes_state(call: Call) -> bool:
    return call.method == "PUT" or call.path.endswith("/EditTerminal")


def _iccid(call: Call) -> str:
    return call.path.rstrip("/").rpartition("/")[2] if call.method == "PUT" else str(call.parameters["iccid"])
