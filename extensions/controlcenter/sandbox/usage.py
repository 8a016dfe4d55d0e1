"""What SIMs used, by cycle."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from extensions.core.contract.sandboxing.records import load

from . import accounts, cycles
from .model import CycleUsage, Sim


@dataclass(frozen=True)
class CycleTotals:
    """A cycle so far: bytes, messages both ways, seconds both ways, data sessions. None: not known."""

    data_bytes: int | None
    sms: int | None
    voice_s: int | None
    sessions: int | None


def in_cycle(db: sqlite3.Connection, iccid: str, cycle_start: date) -> list[CycleUsage]:
    """One entry per rate plan and zone used in the cycle; none if nothing was recorded."""
    rows = db.execute(
        "select * from usage where iccid = ? and cycle_start = ? order by rate_plan, rate_plan_version, zone",
        (iccid, cycle_start.isoformat()),
    )
    return [load(CycleUsage, row) for row in rows]


def totals(sim: Sim, entries: list[CycleUsage]) -> CycleTotals:
    """Sums of a cycle. A SIM that was never activated has no figures at all; a used one counts from 0."""
    if not entries and sim.date_activated is None:
        return CycleTotals(None, None, None, None)
    return CycleTotals(
        _sum(entries, lambda entry: (entry.data_bytes,)),
        _sum(entries, lambda entry: (entry.sms_mo, entry.sms_mt)),
        _sum(entries, lambda entry: (entry.voice_mo_s, entry.voice_mt_s)),
        _sum(entries, lambda entry: (entry.sessions,)),
    )


def running_entry(db: sqlite3.Connection, sim: Sim, at: datetime) -> CycleUsage:
    """The SIM's entry of the cycle at a moment, on the plan that it has; one without figures if there is none yet."""
    account = accounts.of_account_id(db, sim.account_id)
    start = cycles.current_start(account, at) if account else at.date().replace(day=1)
    entries = [entry for entry in in_cycle(db, sim.iccid, start) if entry.rate_plan == sim.rate_plan]
    return entries[0] if entries else CycleUsage(sim.iccid, start, rate_plan=sim.rate_plan)


@dataclass(frozen=True)
class Billed:
    """What a completed cycle is charged for: bytes, messages, seconds. `final`: the invoice has been made."""

    data_bytes: int
    sms: int
    voice_s: int
    final: bool


def billed(entries: list[CycleUsage], *, final: bool) -> Billed:
    """Never more than was used; a figure that is not stored counts in full."""
    return Billed(
        sum(_billed(entry.billable_data_bytes, entry.data_bytes) for entry in entries),
        sum(_billed(entry.billable_sms, entry.sms_mo, entry.sms_mt) for entry in entries),
        sum(_billed(entry.billable_voice_s, entry.voice_mo_s, entry.voice_mt_s) for entry in entries),
        final,
    )


def _billed(billable: int | None, *used: int | None) -> int:
    total = sum(figure or 0 for figure in used)
    return total if billable is None else min(billable, total)


def _sum(entries: Iterable[CycleUsage], figures: Callable[[CycleUsage], tuple[int | None, ...]]) -> int:
    return sum(figure or 0 for entry in entries for figure in figures(entry))
