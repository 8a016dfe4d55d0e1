"""Refreshing many SIMs as a job, as many in a call as the carrier takes.

A carrier that takes one at a time is asked by operations, as for any other job. What is asked about together has no
operation: its items are under way, without a reference, until the lane has the answer. Whoever is killed before that
leaves them so, and they are asked about again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from extensions.core import lanes, registry
from extensions.core.contract import CannotConnect, ProviderError
from extensions.core.jobs import REMOVED, config_of, queued_at_most
from extensions.core.models import ExtensionConfig
from extensions.core.performing.outcomes import MOST_ATTEMPTS
from extensions.sims.bulk.operating import SimJobs
from extensions.sims.contract import EVERY_PART, SimRecord
from extensions.sims.models import Sim
from extensions.sims.sync import rotation
from extensions.sims.sync.asking import OF_ACCOUNT, ask_and_store, is_of_present, provider_of
from extensions.sims.sync.sources import lists_sims
from iotdash.runtime.jobs import Begun, Outcome, writing
from iotdash.runtime.models import Job, JobItem

KIND = "refresh SIMs"
# A name in `JobItem.given`: how often it was asked about in vain.
TRIED = "tried"
ItemState = JobItem.State
_CANCELLED = Outcome(ItemState.CANCELLED, "Cancelled before there was an answer.")


def together(config: ExtensionConfig) -> int:
    """How many SIMs one call can be about; 1 where each costs calls of its own."""
    return provider_of(config).refresh_batch(config.settings) if lists_sims(config) else 1


class RefreshJobs(SimJobs):
    name = KIND

    def room(self, job: Job, group: str) -> int:
        room, config = super().room(job, group), config_of(job, group)
        if config is None or together(config) == 1:
            return room
        under_way = job.items.filter(group=group, state=ItemState.UNDER_WAY).count()
        return together(config) * queued_at_most(config.lane) - under_way

    def begin(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Begun | Outcome]:
        config = config_of(job, items[0].group)
        if config is None or together(config) == 1:
            return super().begin(job, items)
        transaction.on_commit(partial(lanes.wake, config.lane_id))
        return {item.pk: Begun("") for item in items}

    def outcomes(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Outcome]:
        found = dict(super().outcomes(job, [item for item in items if item.reference]))
        together = [item for item in items if not item.reference]
        if job.state == Job.State.CANCELLED:
            return found | dict.fromkeys((item.pk for item in together), _CANCELLED)
        removed = {group for group in {item.group for item in together} if config_of(job, group) is None}
        return found | {item.pk: REMOVED for item in together if item.group in removed}


class _Source:
    """What is under way as work of lanes: as many SIMs of one job as one call can be about."""

    def next(self, lane_id: int, now: datetime) -> lanes.Work | None:
        first = _under_way(_configs().filter(lane_id=lane_id)).order_by("job_id", "group", "position").first()
        if first is None:
            return None
        config = _configs().select_related("organization", "lane").get(pk=first.group)
        those = _under_way([config]).filter(job=first.job_id).order_by("position")
        work = partial(_refresh, config, list(those[: together(config)]))
        return lanes.Work(work, lanes.Purpose.JOBS, config.pk)

    def next_due_at(self, lane_id: int) -> datetime | None:
        return timezone.now() if _under_way(_configs().filter(lane_id=lane_id)).exists() else None

    def due_lanes(self, now: datetime) -> set[int]:
        groups = _under_way(_configs()).order_by().values_list("group", flat=True).distinct()
        return set(_configs().filter(pk__in=map(int, groups)).values_list("lane_id", flat=True))

    def recover(self, lane_id: int) -> None:
        """Nothing: what was asked about without an answer is still under way."""


source = _Source()


def _configs() -> QuerySet[ExtensionConfig]:
    return ExtensionConfig.objects.callable().filter(slug__in=registry.manifests())


def _under_way(configs: Iterable[ExtensionConfig]) -> QuerySet[JobItem]:
    """Of jobs, of which hardly any is open, by key: a lane asks for this again and again."""
    jobs = list(
        Job.objects.filter(kind=KIND, ended_at=None).exclude(state=Job.State.CANCELLED).values_list("pk", flat=True)
    )
    if not jobs:
        return JobItem.objects.none()
    groups = [str(config.pk) for config in configs]
    return JobItem.objects.filter(job__in=jobs, state=ItemState.UNDER_WAY, group__in=groups, reference="")


def _refresh(config: ExtensionConfig, items: Sequence[JobItem], turn: lanes.Turn) -> None:
    subjects = [item.subject for item in items]
    ask_and_store(
        config,
        turn,
        lambda carrier, context: carrier.refresh(context, subjects, EVERY_PART),
        partial(_store, config, items),
        partial(_failed, items),
    )


@transaction.atomic
def _store(config: ExtensionConfig, items: Sequence[JobItem], found: Mapping[str, SimRecord]) -> None:
    if not is_of_present(config):
        return
    rotation.store(config, Sim.objects.filter(config=config, subject__in=[item.subject for item in items]), found)
    name = registry.manifest(config.slug).name
    absent = Outcome(ItemState.FAILED, f"{name} does not know this SIM any more.")
    writing.write(items, {item.pk: Outcome(ItemState.DONE) if item.subject in found else absent for item in items})


def _failed(items: Sequence[JobItem], error: ProviderError) -> None:
    """What is wrong with the account is waited for; what else failed is tried as often as an operation would be."""
    if isinstance(error, OF_ACCOUNT):
        return
    failed = Outcome(ItemState.FAILED, error.sentence)
    again = error.retry_helps or isinstance(error, CannotConnect)
    for item in items:
        item.given[TRIED] = item.given.get(TRIED, 0) + 1
    JobItem.objects.bulk_update(items, ["given"])
    writing.write(items, {item.pk: failed for item in items if not again or item.given[TRIED] >= MOST_ATTEMPTS})
