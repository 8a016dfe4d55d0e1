"""Counts over all SIMs of an organization: made in one pass, and kept the longer the larger the fleet is."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast
from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.sims.models import Sim
from iotdash.organizations.models import Organization

# A fleet of so many SIMs is counted at most once a second, one of a hundred times as many once in a hundred seconds.
COUNTED_A_SECOND = 1_000
TOP = 5
# Raised when what is kept has another shape.
_VERSION = 1


@dataclass(frozen=True)
class Group:
    """SIMs of one configuration in one state on one plan; a state or plan of None is not known.

    `data_bytes` is what they used in their cycles so far, as far as that is `known`. SIMs that their carrier does not
    know any more are counted, and what they used is not.
    """

    config_id: int
    state: str | None
    rate_plan: str | None
    sims: int
    known: int
    data_bytes: float | None


@dataclass(frozen=True)
class Tally:
    """`top`: keys of the SIMs with the most data in their cycle so far."""

    counted_at: datetime
    groups: Sequence[Group]
    top: Sequence[int]

    @property
    def sims(self) -> int:
        return sum(group.sims for group in self.groups)

    @property
    def counts_until(self) -> datetime:
        return self.counted_at + timedelta(seconds=self.sims // COUNTED_A_SECOND)


def of(organization: Organization, configs: Sequence[ExtensionConfig]) -> Tally:
    """Of the SIMs of these configurations: counted now, or so lately that counting again is not worth it."""
    key = _key(organization, configs)
    kept = cache.get(key)
    if kept is not None and timezone.now() < kept.counts_until:
        return kept
    tally = counted(configs)
    if tally.counts_until > tally.counted_at:
        cache.set(key, tally, (tally.counts_until - tally.counted_at).total_seconds())
    return tally


def _key(organization: Organization, configs: Sequence[ExtensionConfig]) -> str:
    """Another for other configurations, of which there may be more than fit into a key."""
    digest = hashlib.sha256(repr([config.pk for config in configs]).encode()).hexdigest()
    return f"sims-tally-{_VERSION}-{organization.pk}-{digest}"


def counted(configs: Sequence[ExtensionConfig]) -> Tally:
    sims = Sim.objects.filter(config__in=configs)
    return Tally(timezone.now(), [Group(**group) for group in _groups(sims)], _top(configs))


def _top(configs: Sequence[ExtensionConfig]) -> list[int]:
    """Of each account by itself: asked of several, databases sort all of their SIMs."""
    found = [
        row
        for config in configs
        for row in using(Sim.objects.filter(config=config)).values_list("ctd_data_bytes", "pk")[:TOP]
    ]
    return [pk for _, pk in sorted(found, key=lambda row: (-row[0], row[1]))[:TOP]]


def _groups(sims: QuerySet[Sim]) -> QuerySet:
    there = Q(missing_since=None)
    return (
        sims.order_by()
        .values("config_id", "state", "rate_plan")
        .annotate(
            sims=Count("pk"),
            known=Count("ctd_data_bytes", filter=there),
            # Whole numbers would overflow where a carrier says what no fleet can use.
            data_bytes=Sum(Cast("ctd_data_bytes", FloatField()), filter=there),
        )
    )


def using(sims: QuerySet[Sim]) -> QuerySet[Sim]:
    """Those that used data, the most first."""
    return sims.filter(missing_since=None, ctd_data_bytes__gt=0).order_by("-ctd_data_bytes", "pk")
