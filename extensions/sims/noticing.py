"""What a carrier's new record of a SIM tells beside the one before: another IMEI, and that nothing more was used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.sims import unused
from extensions.sims.contract import Part, SimRecord
from extensions.sims.inventory import typed
from extensions.sims.models import BillingCycle, ImeiChange, Sim
from extensions.sims.unused import Look

KEPT_FOR = timedelta(days=365)
_FIGURES = {"data_bytes": "ctd_data_bytes", "sms": "ctd_sms", "voice_seconds": "ctd_voice_seconds"}
_READ = ("pk", "subject", "imei", "equipment", "usage_at", "unused_days", *_FIGURES.values())


@dataclass
class Noticed:
    """`values` go into each SIM's row; `changes` are kept once the rows are written."""

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)
    changes: list[ImeiChange] = field(default_factory=list)

    def of(self, record: SimRecord) -> dict[str, Any]:
        return self.values.get(record.subject, {})


def compared(config: ExtensionConfig, records: Sequence[SimRecord], at: datetime) -> Noticed:
    """Records with the same parts, before they are written. Call it in the transaction that writes them."""
    parts, noticed = records[0].parts, Noticed()
    if not parts & {Part.DETAILS, Part.USAGE}:
        return noticed
    before = _before(config, records)
    if Part.DETAILS in parts:
        noticed.fields.append("equipment")
        _compare_imeis(config, records, before, noticed, at)
    if Part.USAGE in parts:
        noticed.fields.append("unused_days")
        looks = _Looks(config, before, at)
        for record in records:
            noticed.values.setdefault(record.subject, {})["unused_days"] = looks.unused_days(record)
    return noticed


def forget_old() -> None:
    """Due-finder: changes of IMEIs are kept for a year."""
    ImeiChange.objects.filter(seen_at__lt=timezone.now() - KEPT_FOR).delete()


def _before(config: ExtensionConfig, records: Sequence[SimRecord]) -> dict[str, dict[str, Any]]:
    """Locked in the order in which rows are written, so that a change is noted once."""
    sims = Sim.objects.filter(config=config, subject__in=[record.subject for record in records])
    rows = sims.order_by("subject").select_for_update().values(*_READ)
    return {row["subject"]: row for row in rows}


def _compare_imeis(
    config: ExtensionConfig,
    records: Sequence[SimRecord],
    before: Mapping[str, Mapping[str, Any]],
    noticed: Noticed,
    at: datetime,
) -> None:
    for record in records:
        row = before.get(record.subject, {})
        known, told = row.get("equipment") or typed.equipment(row.get("imei")), typed.equipment(record.imei)
        noticed.values.setdefault(record.subject, {})["equipment"] = told or known or None
        if known and told and known != told:
            former = row["imei"] if typed.equipment(row["imei"]) == known else known
            change = ImeiChange(config=config, sim_id=row["pk"], before=former, after=record.imei[:20], seen_at=at)
            noticed.changes.append(change)


class _Looks:
    def __init__(self, config: ExtensionConfig, before: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
        self.config, self.before, self.day = config, before, at.astimezone(UTC).date()

    def unused_days(self, record: SimRecord) -> int | None:
        now = {name: getattr(record, source) for name, source in _FIGURES.items()}
        look = unused.next_look(self._last(record.subject), now, self.day, self.cycle_known)
        return look.unused_days if look else None

    def _last(self, subject: str) -> Look | None:
        """None where nothing was looked at. What is not worked out yet is, from the samples by day."""
        row = self.before.get(subject)
        if row is None or row["usage_at"] is None:
            return None
        if row["unused_days"] is None:
            return self.of_samples.get(row["pk"])
        day = row["usage_at"].astimezone(UTC).date()
        figures = {name: row[source] for name, source in _FIGURES.items()}
        return Look(day, figures, day - timedelta(days=row["unused_days"]))

    @cached_property
    def of_samples(self) -> dict[int, Look]:
        keys = [row["pk"] for row in self.before.values() if row["unused_days"] is None and row["usage_at"]]
        return unused.from_samples(keys, self.cycle_known)

    @cached_property
    def cycle_known(self) -> date | None:
        return BillingCycle.objects.filter(config=self.config).values_list("cycle_start", flat=True).first()
