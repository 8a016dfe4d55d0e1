"""Daily samples of usage: the figures of each SIM as last seen on a day, kept for charts by day."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.sims.contract import SimRecord
from extensions.sims.models import Sim, UsageDay

# Field of a sample → field of a record.
_FIGURES = {"data_bytes": "ctd_data_bytes", "sms": "ctd_sms", "voice_seconds": "ctd_voice_seconds"}
_WRITTEN = [*_FIGURES, *(f"ended_{name}" for name in _FIGURES), "seen_at"]


def store(config: ExtensionConfig, records: Sequence[SimRecord], at: datetime) -> None:
    """Replaces the samples of the day; SIMs without any figure get none. The SIMs have rows already."""
    told = {record.subject: record for record in records if set(_figures(record).values()) != {None}}
    sims = dict(Sim.objects.filter(config=config, subject__in=told).values_list("subject", "pk"))
    day = at.astimezone(UTC).date()
    before = {sample.sim_id: sample for sample in UsageDay.objects.filter(sim__in=sims.values(), day=day)}
    samples = [
        UsageDay(sim_id=pk, day=day, seen_at=at, **_seen(before.get(pk), told[subject]))
        for subject, pk in sorted(sims.items(), key=lambda item: item[1])
    ]
    UsageDay.objects.bulk_create(samples, update_conflicts=True, update_fields=_WRITTEN, unique_fields=["sim", "day"])


def forget_old() -> None:
    """Due-finder: samples are kept for so many days as the installation says."""
    first = timezone.now().astimezone(UTC).date() - timedelta(days=settings.IOTDASH_USAGE_DAYS)
    UsageDay.objects.filter(day__lt=first).delete()


def _figures(record: SimRecord) -> dict[str, int | None]:
    return {name: getattr(record, field) for name, field in _FIGURES.items()}


def _seen(before: UsageDay | None, record: SimRecord) -> dict[str, int | None]:
    """Figures as last seen on the day: one that is not told now was seen earlier, unless a cycle began since.

    The last ones of a cycle that ended on this day are kept beside them, once its successor's are seen.
    """
    now = _figures(record)
    if before is None:
        return now
    if began_anew(before.figures, now):
        return now | {f"ended_{name}": value for name, value in before.figures.items()}
    kept = {name: before.figures[name] if value is None else value for name, value in now.items()}
    return kept | {f"ended_{name}": getattr(before, f"ended_{name}") for name in _FIGURES}


def began_anew(last: Mapping[str, int | None], now: Mapping[str, int | None]) -> bool:
    """Whether a billing cycle began between these figures: any of them is lower."""
    pairs = ((last[name], now[name]) for name in _FIGURES)
    return any(before is not None and after is not None and after < before for before, after in pairs)
