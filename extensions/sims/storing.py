"""Merging what carriers said of SIMs into rows, many at a time: a part that was not told keeps what is known of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from extensions.core.models import ExtensionConfig
from extensions.sims import noticing, state_changes, usage_days
from extensions.sims.contract import FIELDS_OF, Part, SimRecord
from extensions.sims.models import ImeiChange, Sim, StateChange

# Rows in one statement, and identifiers in one transaction: others want to write meanwhile.
AT_ONCE = 500
_KEY = ["config", "subject"]
_AGE_OF = {Part.STATE: "fetched_at", Part.DETAILS: "details_at", Part.USAGE: "usage_at"}
_LENGTHS = {field.name: field.max_length for field in Sim._meta.concrete_fields if field.max_length}


def store(config: ExtensionConfig, records: Iterable[SimRecord], at: datetime, **marks: Any) -> None:
    """Writes the parts that the records have; the newest wins, whenever it arrives. `marks` are set beside them.

    A None in a part that was told is unknown from now on. Call it in a transaction.
    """
    known = {record.subject: record for record in records}
    late = Sim.objects.filter(config=config, subject__in=known, fetched_at__gt=at)
    for subject in list(late.values_list("subject", flat=True)):
        del known[subject]
    if marks:
        # What a list named, it named, also where more is known already.
        late.update(**marks)
    for _, same in groupby(sorted(known.values(), key=_told), key=_told):
        _store_alike(config, list(same), at, marks)


def store_named(config: ExtensionConfig, subjects: Sequence[str], **marks: Any) -> None:
    """The carrier named these SIMs and said nothing more of them yet."""
    values = {"missing_since": None, **marks}
    rows = [_row(config, subject, values) for subject in sorted(set(subjects))]
    Sim.objects.bulk_create(rows, AT_ONCE, update_conflicts=True, update_fields=list(values), unique_fields=_KEY)


def _told(record: SimRecord) -> list[str]:
    return sorted(record.parts)


def _store_alike(config: ExtensionConfig, records: list[SimRecord], at: datetime, marks: Mapping[str, Any]) -> None:
    """Records with the same parts, in an order that is the same for everybody who locks rows."""
    common, noticed = _stamps(records[0].parts, at) | marks, noticing.compared(config, records, at)
    changed = state_changes.between(config, records, at)
    rows = [
        _row(config, record.subject, common | _values(record) | noticed.of(record))
        for record in sorted(records, key=lambda record: record.subject)
    ]
    written = [*common, *_values(records[0]), *noticed.fields]
    Sim.objects.bulk_create(rows, AT_ONCE, update_conflicts=True, update_fields=written, unique_fields=_KEY)
    ImeiChange.objects.bulk_create(noticed.changes)
    StateChange.objects.bulk_create(changed)
    if Part.USAGE in records[0].parts:
        usage_days.store(config, records, at)


def _stamps(parts: frozenset[Part], at: datetime) -> dict[str, Any]:
    stamps: dict[str, Any] = {_AGE_OF[part]: at for part in parts} | {"fetched_at": at, "missing_since": None}
    if Part.DETAILS in parts:
        stamps["refresh_due"] = False
    if Part.USAGE in parts:
        stamps["rotated_at"] = at
    return stamps


def _values(record: SimRecord) -> dict[str, Any]:
    return {name: _fitting(name, getattr(record, name)) for part in record.parts for name in FIELDS_OF[part]}


def _fitting(name: str, value: Any) -> Any:
    """A carrier's text cut to the row's length: one long plan name must not keep a whole page from being stored."""
    return value[: _LENGTHS[name]] if isinstance(value, str) and name in _LENGTHS else value


def _row(config: ExtensionConfig, subject: str, values: Mapping[str, Any]) -> Sim:
    return Sim(config=config, organization_id=config.organization_id, subject=subject, **values)
