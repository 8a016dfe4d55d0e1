"""Synchronisation as work of lanes: lists may take the whole rate and wait for people, usage has its budget."""

from datetime import datetime
from functools import partial
from itertools import chain

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from extensions.core import registry
from extensions.core.contract import Manifest
from extensions.core.lanes import Purpose, Work
from extensions.core.models import ExtensionConfig
from extensions.sims.contract import Pace
from extensions.sims.models import Sim
from extensions.sims.sync import listing, rotation, states, timing
from extensions.sims.sync.asking import provider_of

CAPABILITY, INVENTORY = "sims", "inventory"
_OF_CONFIG = Sim.objects.filter(config=OuterRef("pk"))


def lists_sims(config: ExtensionConfig) -> bool:
    return config.slug in _slugs()


def configs(lane_id: int | None = None) -> QuerySet[ExtensionConfig]:
    """Those that are synchronised: of carriers that list SIMs, with credentials that were proved, and not paused."""
    found = ExtensionConfig.objects.callable().filter(slug__in=_slugs(), proved_at__isnull=False)
    if lane_id is not None:
        found = found.filter(lane_id=lane_id)
    return found.select_related("organization", "lane", "synchronisation")


def before_first_inventory() -> QuerySet[ExtensionConfig]:
    """Those whose first inventory is under way or begins soon; without those where it was given up for now."""
    given_up = {"synchronisation__running": "", "synchronisation__failures__gt": 0}
    return configs().filter(synchronisation__inventory_at=None).exclude(**given_up)


def _slugs(pace: Pace | None = None) -> list[str]:
    """Of the carriers that list their SIMs; with `pace`, of those that want just this one."""
    return [each.slug for each in _carriers() if pace in (None, each.provider.pace)]


def _carriers() -> list[Manifest]:
    manifests = registry.manifests().values()
    return [each for each in manifests if each.capability == CAPABILITY and INVENTORY in each.provider.supports]


def _paces() -> set[Pace]:
    return {each.provider.pace for each in _carriers()}


def _batch(config: ExtensionConfig) -> int:
    return provider_of(config).refresh_batch(config.settings)


class _Lists:
    """Pages of lists, and details of what they named where one call is about many SIMs."""

    def next(self, lane_id: int, now: datetime) -> Work | None:
        waiting = configs(lane_id).order_by(F("synchronisation__next_at").asc(nulls_first=True), "pk")
        return next(filter(None, (self._work(config, now) for config in waiting)), None)

    def _work(self, config: ExtensionConfig, now: datetime) -> Work | None:
        state = getattr(config, "synchronisation", None)
        if state is None or state.next_at <= now or states.is_of_other_settings(state, config):
            return Work(partial(listing.next_page, config), Purpose.SYNC, config.pk)
        named = list(_to_refresh(config, now)[: _batch(config)]) if _batch(config) > 1 else []
        return Work(partial(rotation.refresh, config, named), Purpose.SYNC, config.pk) if named else None

    def next_due_at(self, lane_id: int) -> datetime | None:
        now = timezone.now()
        if self.next(lane_id, now):
            return now
        return configs(lane_id).aggregate(at=Min("synchronisation__next_at"))["at"]

    def due_lanes(self, now: datetime) -> set[int]:
        listing_due = Q(synchronisation=None) | Q(synchronisation__next_at__lte=now)
        return _lanes_of(listing_due) | _lanes_due(now, rotation.to_refresh)

    def recover(self, lane_id: int) -> None:
        """Nothing: a page that was asked for and not stored is asked for again."""


class _Usage:
    """Rotation, the configuration whose SIM waits longest first."""

    def next(self, lane_id: int, now: datetime) -> Work | None:
        waiting = filter(None, (_first(config, now) for config in configs(lane_id)))
        first = min(waiting, key=lambda found: found[:2], default=None)
        return self._work(first[2], now) if first else None

    def _work(self, config: ExtensionConfig, now: datetime) -> Work:
        size = _batch(config)
        found = chain.from_iterable(due[:size] for due in _rotating(config, now))
        sims = list({sim.pk: sim for sim in found}.values())[:size]
        return Work(partial(rotation.refresh, config, sims), Purpose.USAGE, config.pk)

    def next_due_at(self, lane_id: int) -> datetime | None:
        """What becomes due later is left to the sweep."""
        now = timezone.now()
        return now if self.next(lane_id, now) else None

    def due_lanes(self, now: datetime) -> set[int]:
        return _lanes_due(now, rotation.to_refresh, rotation.watched, rotation.others)

    def recover(self, lane_id: int) -> None:
        """Nothing: a SIM that was asked about without an answer is still the oldest."""


def _lanes_due(now: datetime, *kinds: rotation.Kind) -> set[int]:
    """Lanes with a SIM whose turn of one of these kinds has come, by the pace of its carrier."""
    due = (Q(slug__in=_slugs(pace)) & Q(Exists(kind(_OF_CONFIG, now, pace))) for pace in _paces() for kind in kinds)
    return _lanes_of(*due)


def _lanes_of(*conditions: Q | Exists) -> set[int]:
    """Asked one by one: for an OR of subqueries PostgreSQL goes through every SIM that there is."""
    found = (configs().filter(each).values_list("lane_id", flat=True) for each in conditions)
    return set(chain.from_iterable(found))


def _first(config: ExtensionConfig, now: datetime) -> tuple[int, datetime, ExtensionConfig] | None:
    """How urgent what is due is, 0 the most, and since when its first SIM waits."""
    for urgency, due in enumerate(_rotating(config, now)):
        if sim := due.first():
            return urgency, sim.rotated_at, config
    return None


def _rotating(config: ExtensionConfig, now: datetime) -> list[QuerySet[Sim]]:
    """What is due, the most urgent first. Details that come many in a call are the lists' own work."""
    sims = _sims(config)
    changed = [_to_refresh(config, now)] if _batch(config) == 1 else []
    return [*changed, *(due(sims, now, timing.pace_of(config)) for due in rotation.by_turns(sims))]


def _to_refresh(config: ExtensionConfig, now: datetime) -> QuerySet[Sim]:
    return rotation.to_refresh(_sims(config), now, timing.pace_of(config))


def _sims(config: ExtensionConfig) -> QuerySet[Sim]:
    return Sim.objects.filter(config=config)


lists, usage = _Lists(), _Usage()
