"""Ranges of usage and of age by which SIMs are listed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.sims.sync import timing
from extensions.sims.units import BYTES_PER_MB

Configs = Sequence[ExtensionConfig]

# In the order of identifiers, in which the list opens.
BY_SUBJECT = "subject"
USAGE, AGE = "ctd_data_bytes", "fetched_at"


@dataclass(frozen=True)
class Range:
    """`where` says it now of SIMs of given configurations; `ordered`: the fields in whose order an index has them."""

    label: str
    where: Callable[[Configs], Q]
    ordered: tuple[str, ...]


def _megabytes(label: str, least: int, below: int | None = None) -> Range:
    where = Q(ctd_data_bytes__gte=least * BYTES_PER_MB)
    if below is not None:
        where &= Q(ctd_data_bytes__lt=below * BYTES_PER_MB)
    return Range(label, lambda _: where, (USAGE,))


def _since(label: str, span: timedelta) -> Range:
    return Range(label, lambda _: Q(fetched_at__gte=timezone.now() - span), (AGE,))


USAGES: Mapping[str, Range] = {
    "none": Range("None", lambda _: Q(ctd_data_bytes=0), (USAGE, BY_SUBJECT)),
    "below-1": Range("Less than 1 MB", lambda _: Q(ctd_data_bytes__gt=0, ctd_data_bytes__lt=BYTES_PER_MB), (USAGE,)),
    "1-10": _megabytes("1 to 10 MB", 1, 10),
    "10-100": _megabytes("10 to 100 MB", 10, 100),
    "100-1000": _megabytes("100 to 1,000 MB", 100, 1000),
    "above-1000": _megabytes("1,000 MB and more", 1000),
    "known": Range("Known", lambda _: Q(ctd_data_bytes__isnull=False), (USAGE,)),
    "unknown": Range("Unknown", lambda _: Q(ctd_data_bytes=None), (USAGE, BY_SUBJECT)),
}
AGES: Mapping[str, Range] = {
    "hour": _since("Up to an hour", timedelta(hours=1)),
    "day": _since("Up to a day", timedelta(days=1)),
    "older": Range("More than a day", lambda _: Q(fetched_at__lt=timezone.now() - timedelta(days=1)), (AGE,)),
    "stale": Range("Stale", timing.is_stale_now, (AGE,)),
    "never": Range("Not fetched yet", lambda _: Q(fetched_at=None), (AGE, BY_SUBJECT)),
}
