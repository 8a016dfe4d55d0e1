"""The rehearsal of a job: for each SIM whether it can be asked, or why not, and what the job would take."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from math import ceil
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from extensions.core import jobs as asking_jobs
from extensions.core import lanes, registry
from extensions.core.contract import Kind
from extensions.core.jobs import DEVICE, KIND, OPERATION, PARAMETERS
from extensions.core.models import ExtensionConfig, Operation
from extensions.core.services import operations
from extensions.sims import plans, queries
from extensions.sims.bulk import asking, refreshing
from extensions.sims.bulk.asking import Request
from extensions.sims.contract import SimState
from extensions.sims.models import Sim
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization
from iotdash.runtime import jobs
from iotdash.runtime.jobs import MOST_ITEMS, TOLD, Draft, Outcome, Told, TooMany
from iotdash.runtime.models import Job, JobItem

# Calls for each SIM that is asked about alone: a read takes one or two, a write itself and at least one that reads back
# what became of it.
_CALLS = {Kind.READ: (1, 2), Kind.WRITE: (2, 4), Kind.IRREVERSIBLE: (2, 4)}
_READ_AT_ONCE = 1_000
_SIM_FIELDS = ("pk", "subject", "config_id", "device_id", "state", "rate_plan", "missing_since")


def rehearse(
    organization: Organization,
    sims: QuerySet[Sim],
    request: Request,
    source: Source,
    form_key: UUID | None = None,
    told: Told = (),
) -> Job:
    """A job that waits to be confirmed; the same form sent twice gives the same one. Raises TooMany.

    `told` is what its page says of how the SIMs were selected.
    """
    rehearsal = _Rehearsal(organization, request, [*told, *request.told])
    return jobs.rehearse(
        source,
        refreshing.KIND if request.what == asking.REFRESH else KIND,
        request.title,
        rehearsal.drafts(sims),
        parameters={PARAMETERS: dict(request.parameters)},
        forecast=rehearsal.forecast,
        form_key=form_key,
    )


def _read(sims: QuerySet[Sim]) -> Iterator[dict[str, Any]]:
    """By key, some at a time: SQLite does not let somebody write who still reads what others changed meanwhile."""
    keys = list(sims.order_by("config_id", "subject").values_list("pk", flat=True)[: MOST_ITEMS + 1])
    if len(keys) > MOST_ITEMS:
        raise TooMany
    for start in range(0, len(keys), _READ_AT_ONCE):
        some = keys[start : start + _READ_AT_ONCE]
        found = {sim["pk"]: sim for sim in Sim.objects.filter(pk__in=some).values(*_SIM_FIELDS)}
        yield from (found[key] for key in some if key in found)


def _configurations(organization: Organization) -> QuerySet[ExtensionConfig]:
    return queries.configurations(organization).select_related("lane", "carrier_plans", "organization")


class _Rehearsal:
    def __init__(self, organization: Organization, request: Request, told: Told) -> None:
        self.request, self.told = request, told
        self.eligible: Counter[int] = Counter()
        self.configs = {config.pk: _Config(config, request) for config in _configurations(organization)}

    def drafts(self, sims: QuerySet[Sim]) -> Iterator[Draft]:
        for sim in _read(sims):
            config = self.configs[sim["config_id"]]
            reason = config.reason_against(sim)
            self.eligible[config.pk] += not reason
            outcome = Outcome(JobItem.State.LEFT_OUT, reason) if reason else None
            yield Draft(sim["subject"], sim["pk"], str(config.pk), config.given(sim), outcome)

    def forecast(self) -> dict[str, Any]:
        """Lanes work side by side: the slowest says how long it takes, at most where others always want their share."""
        taken = [self.configs[pk] for pk, count in self.eligible.items() if count]
        calls, seconds = [0, 0], [0.0, 0.0]
        for config in taken:
            numbers = config.calls(self.eligible[config.pk])
            for place, (number, share) in enumerate(zip(numbers, (1, lanes.JOBS_SHARE), strict=True)):
                calls[place] += number
                seconds[place] = max(seconds[place], number / (config.per_second * share))
        notes = [note for config in taken if (note := config.note(self.eligible[config.pk]))]
        found = {"calls": calls, "seconds": seconds, "notes": notes} if taken else {}
        return {TOLD: self.told} | found | (self._irreversible() if self.request.irreversible and taken else {})

    def _irreversible(self) -> dict[str, Any]:
        words = "Most carriers never let a retired SIM come back. Their devices lose their connection for good."
        return {"typed": sum(self.eligible.values()), "warning": words}


class _Config:
    """What the SIMs of one configuration have in common."""

    def __init__(self, config: ExtensionConfig, request: Request) -> None:
        self.pk, self.config, self.request = config.pk, config, request
        self.manifest = registry.manifest(config.slug)
        self.problem = asking.problem(request, self.manifest, config)
        self.per_second = config.lane.per_second

    @cached_property
    def spec(self) -> Any:
        return self.request.spec(self.manifest, self.config.settings)

    def calls(self, count: int) -> tuple[int, int]:
        """At least and at most, for so many SIMs."""
        if self.request.what == asking.REFRESH and (most := refreshing.together(self.config)) > 1:
            return (ceil(count / most),) * 2
        least, most = _CALLS[Kind(self.spec.kind)]
        return least * count, most * count

    @cached_property
    def unsettled(self) -> set[str]:
        """Those with a write of this kind that has no outcome yet."""
        if self.spec.reads:
            return set()
        open_ones = Operation.objects.filter(config=self.config, operation_id=self.spec.id, settled_at=None)
        return set(open_ones.values_list("subject", flat=True))

    @cached_property
    def in_other_jobs(self) -> Mapping[str, str]:
        """Those that a job is still to ask for a write of this kind, with its title."""
        return {} if self.spec.reads else asking_jobs.waiting(self.config, self.spec.id)

    @cached_property
    def plan_names(self) -> set[str]:
        """As the carrier lists them; empty if it does not."""
        listed = plans.listed(self.config)
        return set(listed.names) if listed else set()

    def given(self, sim: Mapping[str, Any]) -> dict[str, Any]:
        device = {DEVICE: sim["device_id"]} if sim["device_id"] else {}
        return {OPERATION: self.spec.id if self.spec else "", **device}

    def reason_against(self, sim: Mapping[str, Any]) -> str:
        """A sentence, or ""."""
        if self.problem:
            return self.problem
        if sim["missing_since"]:
            return f"{self.manifest.name} does not know this SIM any more."
        if sim["subject"] in self.unsettled:
            return "An earlier request of this kind has no outcome yet."
        if job := self.in_other_jobs.get(sim["subject"]):
            return f"It waits for a request of this kind in another job, “{job}”."
        judge = {asking.STATE: self._state, asking.PLAN: self._plan, asking.SMS: self._message}
        return judge.get(self.request.what, lambda sim: "")(sim)

    def _state(self, sim: Mapping[str, Any]) -> str:
        wanted = self.request.parameters["status"]
        if sim["state"] == wanted:
            return f"It is {wanted} already."
        return "It is Retired, and retired SIMs do not come back." if sim["state"] == SimState.RETIRED else ""

    def _plan(self, sim: Mapping[str, Any]) -> str:
        wanted = self.request.parameters["ratePlan"]
        if sim["rate_plan"] == wanted:
            return f"It has the plan {wanted} already."
        if self.plan_names and wanted not in self.plan_names:
            return f"{self.manifest.name} lists no plan {wanted}."
        return ""

    def _message(self, sim: Mapping[str, Any]) -> str:
        return "It is Retired: no message reaches it." if sim["state"] == SimState.RETIRED else ""

    def note(self, count: int) -> str:
        """What keeps it from being called at present."""
        try:
            operations.require_callable(self.config)
        except operations.NotCallable as reason:
            return f"{count} wait for “{self.config.name}”: {reason}"
        return ""
