"""Jobs that ask the same operation about many subjects.

An item's `subject` is that of its operation, its `group` the configuration's primary key. `given` names the operation
as that extension calls it, and may name the device. The parameters are the job's.
Only a few operations of a job stand in a lane's queue at a time, so that cancelling comes in time; each carries a key
made of the job and the item's position, so that it is asked once whatever becomes of the process that asks.
"""

import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.urls import reverse

from devices.models import Device
from extensions.core import registry
from extensions.core.contract import OperationSpec
from extensions.core.models import ExtensionConfig, Lane, Operation, State
from extensions.core.services import operations
from extensions.core.services.operations import InvalidParameters, NotCallable, Unsettled
from extensions.core.targets import Target
from iotdash.audit.services import Source
from iotdash.organizations.roles import OPERATE
from iotdash.runtime.jobs import Begun, NotNow, Outcome
from iotdash.runtime.jobs.sources import source_of
from iotdash.runtime.models import Job, JobItem

KIND = "operation"
# Names in `Job.parameters`, and in `JobItem.given`.
PARAMETERS, OPERATION, DEVICE = "parameters", "operation", "device"
# Operations of jobs that stand in the queue of a configuration's lane and were not sent: for some seconds of its rate,
# because they go out also after the job was paused for its errors.
QUEUED_AT_MOST, QUEUED_SECONDS = 50, 5
# How many are asked in one transaction: nobody else writes to SQLite meanwhile.
ASKED_AT_ONCE = 10
_ENDS = {
    State.CONFIRMED: JobItem.State.DONE,
    State.CANCELLED: JobItem.State.CANCELLED,
    State.REFUSED: JobItem.State.FAILED,
    State.FAILED: JobItem.State.FAILED,
    State.TIMED_OUT: JobItem.State.UNKNOWN,
    State.UNKNOWN: JobItem.State.UNKNOWN,
}
REMOVED = Outcome(JobItem.State.FAILED, "The extension was removed before this was asked.")
_FORGOTTEN = Outcome(JobItem.State.UNKNOWN, "What was asked for this is not kept any more.")


class OperationJobs:
    """Registered by the capability whose operations are asked: it knows the pages of its subjects."""

    name = KIND
    action = OPERATE

    def room(self, job: Job, group: str) -> int:
        config = config_of(job, group)
        if config is None:
            return ASKED_AT_ONCE
        try:
            operations.require_callable(config)
        except NotCallable as reason:
            raise NotNow(str(reason)) from reason
        queued = Operation.objects.filter(config=config, priority=Operation.JOB, state=State.QUEUED, settled_at=None)
        return min(queued_at_most(config.lane) - queued.count(), ASKED_AT_ONCE)

    def begin(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Begun | Outcome]:
        config = config_of(job, items[0].group)
        if config is None:
            return dict.fromkeys((item.pk for item in items), REMOVED)
        asking = _Asking(job, config, items)
        return {item.pk: asking.ask(item) for item in items}

    def outcomes(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Outcome]:
        found = {str(each.public_id): each for each in _of(items).only("public_id", "state", "sentence", "settled_at")}
        outcomes = {item.pk: _outcome(found.get(item.reference)) for item in items}
        return {pk: outcome for pk, outcome in outcomes.items() if outcome}

    def take_back(self, job: Job, items: Sequence[JobItem]) -> None:
        for operation in _of(items).filter(state=State.QUEUED, settled_at=None):
            operations.cancel(operation, source_of(job))

    def address(self, job: Job, item: JobItem) -> str:
        if not item.reference:
            return ""
        return reverse("extensions:operation", kwargs={"org": job.organization, "operation_id": item.reference})


class _Asking:
    """What the items of one configuration have in common."""

    def __init__(self, job: Job, config: ExtensionConfig, items: Sequence[JobItem]) -> None:
        self.job, self.config, self.items = job, config, items
        self.manifest = registry.manifest(config.slug)
        self.source: Source = source_of(job)
        self.parameters: Mapping[str, Any] = job.parameters[PARAMETERS]

    @cached_property
    def devices(self) -> Mapping[int, Device]:
        keys = [item.given[DEVICE] for item in self.items if item.given.get(DEVICE)]
        return Device.objects.select_related("device_type").in_bulk(keys)

    @cached_property
    def done_since(self) -> Mapping[str, str]:
        """By subject who had the same done since the rehearsal: two jobs for one purpose must not send SMS twice."""
        same = Operation.objects.filter(
            config=self.config,
            subject__in=[item.subject for item in self.items],
            operation_id__in={item.given[OPERATION] for item in self.items},
            parameters=dict(self.parameters),
            asked_at__gt=self.job.asked_at,
            state=State.CONFIRMED,
        )
        others = same.exclude(form_key__in=map(self._key, self.items))
        return dict(others.values_list("subject", "asked_by"))

    def _key(self, item: JobItem) -> uuid.UUID:
        return uuid.uuid5(self.job.public_id, str(item.position))

    def ask(self, item: JobItem) -> Begun | Outcome:
        spec: OperationSpec | None = registry.operation(self.manifest, item.given[OPERATION])
        if spec is None:
            return Outcome(JobItem.State.FAILED, f"{self.manifest.name} does not offer this operation any more.")
        device = self.devices.get(item.given.get(DEVICE))
        if item.subject in self.done_since and not spec.reads:
            sentence = f"{self.done_since[item.subject]} had the same done since the rehearsal."
            return Outcome(JobItem.State.LEFT_OUT, sentence)
        target, key = Target(self.config, self.manifest, item.subject, device), self._key(item)
        try:
            asked = operations.ask(target, spec, self.parameters, self.source, key, Operation.JOB)
        except NotCallable as reason:
            # Since there was room for it: it waits, with all that were to be asked beside it.
            raise NotNow(str(reason)) from reason
        except (Unsettled, InvalidParameters) as error:
            return Outcome(JobItem.State.FAILED, str(error))
        return Begun(str(asked.public_id))


def queued_at_most(lane: Lane) -> int:
    return min(QUEUED_AT_MOST, max(1, int(QUEUED_SECONDS * lane.per_second)))


def waiting(config: ExtensionConfig, operation_id: str) -> dict[str, str]:
    """Subjects that confirmed jobs are still to ask this of, with the title of the job."""
    items = JobItem.objects.filter(
        job__organization=config.organization.public_id,
        job__kind=KIND,
        job__state__in=(Job.State.HELD, Job.State.RUNNING, Job.State.PAUSED),
        state=JobItem.State.WAITING,
        group=str(config.pk),
        **{f"given__{OPERATION}": operation_id},
    )
    return dict(items.order_by().values_list("subject", "job__title"))


def config_of(job: Job, group: str) -> ExtensionConfig | None:
    """That of a group of items; None where it was removed."""
    present = ExtensionConfig.objects.present().filter(organization__public_id=job.organization)
    return present.filter(slug__in=registry.manifests()).select_related("lane", "organization").filter(pk=group).first()


def _of(items: Sequence[JobItem]):
    return Operation.objects.filter(public_id__in=[item.reference for item in items if item.reference])


def _outcome(operation: Operation | None) -> Outcome | None:
    """None while it has none."""
    if operation is None:
        return _FORGOTTEN
    return Outcome(_ENDS[operation.state], operation.sentence) if operation.settled else None
