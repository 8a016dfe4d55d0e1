"""When the carrier is asked: the installation's settings as spans of time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from extensions.sims.models import Sim, Synchronisation

# Changes are asked for from this long before the last answer: carriers' lists lag behind their clocks.
OVERLAP = timedelta(minutes=5)
# An inventory that may lack SIMs is not believed for as long as a complete one.
INCOMPLETE_FOR = timedelta(hours=1)


def between_changes() -> timedelta:
    return timedelta(minutes=settings.IOTDASH_SYNC_MINUTES)


def between_inventories() -> timedelta:
    return timedelta(hours=settings.IOTDASH_INVENTORY_HOURS)


def usage_due(now: datetime, *, watched: bool) -> datetime:
    """Usage that was asked for before this is due. SIMs of devices are watched; nobody looks at the others daily."""
    minutes = settings.IOTDASH_USAGE_MINUTES if watched else settings.IOTDASH_USAGE_MINUTES_OTHERS
    return now - timedelta(minutes=minutes)


def stale_before() -> datetime:
    """A SIM that was last heard of before this is stale: several inventories went by without it."""
    return timezone.now() - between_inventories() * settings.IOTDASH_STALE_AFTER_INVENTORIES


def stale(sims: QuerySet[Sim]) -> QuerySet[Sim]:
    return sims.filter(missing_since=None, fetched_at__lt=stale_before())


def is_stale(sim: Sim) -> bool:
    return sim.missing_since is None and sim.fetched_at is not None and sim.fetched_at < stale_before()


def inventory_is_due(state: Synchronisation, now: datetime) -> bool:
    if state.inventory_wanted or state.inventory_at is None or state.watermark is None:
        return True
    believed = _spread(state, between_inventories()) if state.complete else INCOMPLETE_FOR
    return state.inventory_at + believed <= now


def _spread(state: Synchronisation, span: timedelta) -> timedelta:
    """A tenth earlier or later, so that the accounts of an installation do not all come at once."""
    return span * (0.9 + state.config_id % 11 / 50)
