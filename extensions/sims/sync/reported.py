"""Reading again what carriers reported on: at once, behind what people ask.

All of it together gets the share of a minute that usage has: a carrier that reports more than can be read must not keep
lists and usage from their turn.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Sum
from django.utils import timezone

from extensions.core import registry
from extensions.core.lanes import Purpose, Turn, Work
from extensions.core.models import CallCount, ExtensionConfig, Lane
from extensions.sims import storing
from extensions.sims.contract import EVERY_PART, SimRecord
from extensions.sims.models import ReportedSim, Sim
from extensions.sims.sync import replies
from extensions.sims.sync.asking import ask_and_store, is_of_present, provider_of
from extensions.sims.sync.outcomes import done, failed

MINUTE = timedelta(minutes=1)
What = ReportedSim.What
# Of the SIM of an outer query; what it sent is no news of the SIM itself.
WAITING_OF_SIM = ReportedSim.objects.filter(config=OuterRef("config"), subject=OuterRef("subject"), what=What.SIM)


# --- SIMs are read ----------------------------------------------------------------------------------------------------


def read(config: ExtensionConfig, reported: Sequence[ReportedSim], turn: Turn) -> None:
    """Asks about these SIMs, by one call where the carrier can, and stores what it says of them."""
    subjects = [each.subject for each in reported]
    ask_and_store(
        config,
        turn,
        lambda carrier, context: carrier.refresh(context, subjects, EVERY_PART),
        partial(_store, config, reported),
        partial(failed, reported),
    )


@transaction.atomic
def _store(config: ExtensionConfig, reported: Sequence[ReportedSim], found: Mapping[str, SimRecord]) -> None:
    if not is_of_present(config):
        return
    now = timezone.now()
    storing.store(config, found.values(), now)
    absent = [each.subject for each in reported if each.subject not in found]
    Sim.objects.filter(config=config, subject__in=absent, missing_since=None).update(missing_since=now)
    done(reported)


# --- As work of lanes -------------------------------------------------------------------------------------------------


class _Reported:
    def next(self, lane_id: int, now: datetime) -> Work | None:
        first = _waiting(lane_id).filter(due_at__lte=now).order_by("due_at", "pk").first()
        if first is None or _share_is_used(first.config.lane, now):
            return None
        return Work(_reading(first, now), Purpose.BACKGROUND, first.config_id)

    def next_due_at(self, lane_id: int) -> datetime | None:
        first, now = _waiting(lane_id).order_by("due_at", "pk").first(), timezone.now()
        if first and _share_is_used(first.config.lane, now):
            return max(first.due_at, _minute_of(now) + MINUTE)
        return first and first.due_at

    def due_lanes(self, now: datetime) -> set[int]:
        due = _waiting().filter(due_at__lte=now)
        return set(due.values_list("config__lane_id", flat=True).distinct())

    def recover(self, lane_id: int) -> None:
        """Nothing: what was asked and not stored is still due."""


def _waiting(lane_id: int | None = None) -> QuerySet[ReportedSim]:
    configs = ExtensionConfig.objects.callable().filter(slug__in=registry.manifests())
    if lane_id is not None:
        configs = configs.filter(lane_id=lane_id)
    return ReportedSim.objects.filter(config__in=configs).select_related("config__organization", "config__lane")


def _reading(first: ReportedSim, now: datetime) -> partial[None]:
    config = first.config
    if first.what == What.MESSAGES:
        return partial(replies.read, config, replies.under_way(config, first))
    due = ReportedSim.objects.filter(config=config, what=What.SIM, due_at__lte=now).order_by("due_at", "pk")
    return partial(read, config, list(due[: provider_of(config).refresh_batch(config.settings)]))


def _share_is_used(lane: Lane, now: datetime) -> bool:
    counted = CallCount.objects.filter(lane=lane, purpose=Purpose.BACKGROUND, begins=_minute_of(now), seconds=60)
    return (counted.aggregate(calls=Sum("calls"))["calls"] or 0) >= lane.limited_per_minute


def _minute_of(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


source = _Reported()
