"""When the carrier is asked: the installation's settings as spans of time, and the pace that a carrier wants."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims.contract import Pace
from extensions.sims.models import NEVER, Sim, Synchronisation

# Changes are asked for from this long before the last answer: carriers' lists lag behind their clocks.
OVERLAP = timedelta(minutes=5)
# An inventory that may lack SIMs is not believed for as long as a complete one.
INCOMPLETE_FOR = timedelta(hours=1)
# What failed is asked for again so many times before the next asking that a carrier wants.
TRIES_BETWEEN = 6
AGAIN_AFTER = timedelta(minutes=5)
AT_WILL = Pace()


def pace_of(config: ExtensionConfig) -> Pace:
    return registry.manifest(config.slug).provider.pace


def between_changes(pace: Pace) -> timedelta:
    return max(timedelta(minutes=settings.IOTDASH_SYNC_MINUTES), pace.changes)


def between_inventories(pace: Pace = AT_WILL) -> timedelta:
    return max(timedelta(hours=settings.IOTDASH_INVENTORY_HOURS), pace.inventories)


def usage_due(now: datetime, *, watched: bool, pace: Pace = AT_WILL) -> datetime:
    """Usage that was asked for before this is due. SIMs of devices are watched; nobody looks at the others daily.

    Where calls are scarce all SIMs are due at one time, the start of the span that runs: due one by one, each would
    cost a call of its own.
    """
    span = timedelta(minutes=settings.IOTDASH_USAGE_MINUTES if watched else settings.IOTDASH_USAGE_MINUTES_OTHERS)
    if not pace.refreshes:
        return now - span
    began = now - (now - NEVER) % max(span, pace.refreshes)
    # What was asked for at the very start of the span is of this span.
    return began - timedelta.resolution


def between_tries(pace: Pace = AT_WILL) -> timedelta:
    """How long a SIM is left alone that was just asked about, though there is something to ask."""
    return max(AGAIN_AFTER, pace.refreshes / TRIES_BETWEEN)


def after_failures(pace: Pace) -> timedelta:
    """When a list is asked for again that could not be read at once."""
    return max(between_changes(AT_WILL), pace.changes / TRIES_BETWEEN)


def stale_before(pace: Pace = AT_WILL) -> datetime:
    """A SIM that was last heard of before this is stale: several times it should have been heard of, and was not."""
    span = max(between_inventories(), pace.refreshes or pace.inventories)
    return timezone.now() - span * settings.IOTDASH_STALE_AFTER_INVENTORIES


def is_stale_now(configs: Sequence[ExtensionConfig] = ()) -> Q:
    """Of SIMs of whatever carriers; told of their configurations, of which there are some, it asks of SIMs alone."""
    limits = {slug: stale_before(pace) for slug, pace in _by_slug().items()}
    newest = max(limits.values(), default=stale_before())
    stale = Q(missing_since=None, fetched_at__lt=newest)
    for limit in sorted({*limits.values()} - {newest}):
        slower = [slug for slug in limits if limits[slug] == limit]
        theirs = [config.pk for config in configs if config.slug in slower]
        stale &= ~Q(fetched_at__gte=limit, **({"config__in": theirs} if configs else {"config__slug__in": slower}))
    return stale


def stale(sims: QuerySet[Sim]) -> QuerySet[Sim]:
    return sims.filter(is_stale_now())


def is_stale(sim: Sim, config: ExtensionConfig) -> bool:
    """`config` is that of the SIM."""
    limit = stale_before(_by_slug().get(config.slug, AT_WILL))
    return sim.missing_since is None and sim.fetched_at is not None and sim.fetched_at < limit


def _by_slug() -> dict[str, Pace]:
    """Of every carrier by its slug."""
    return {slug: each.provider.pace for slug, each in registry.manifests().items() if each.capability == "sims"}


def inventory_is_due(state: Synchronisation, now: datetime) -> bool:
    if state.inventory_wanted or state.inventory_at is None or state.watermark is None:
        return True
    believed = _spread(state, between_inventories(pace_of(state.config))) if state.complete else INCOMPLETE_FOR
    return state.inventory_at + believed <= now


def _spread(state: Synchronisation, span: timedelta) -> timedelta:
    """A tenth earlier or later, so that the accounts of an installation do not all come at once."""
    return span * (0.9 + state.config_id % 11 / 50)
