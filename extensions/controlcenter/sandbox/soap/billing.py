"""The Billing service: usage of a completed cycle."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from .. import cycles, usage
from ..model import CycleUsage, Sim
from .call import SoapCall, megabytes, read_sim
from .errors import NO_USAGE, SoapFault


def terminal_usage(call: SoapCall) -> dict[str, Any]:
    """`GetTerminalUsage`: totals and what is billed of them; 200200 where there is nothing."""
    sim = read_sim(call, call.request["iccid"])
    start = _completed_cycle(call)
    with call.state.store.read() as db:
        entries = usage.in_cycle(db, sim.iccid, start)
    if not entries:
        raise SoapFault(NO_USAGE)
    total, billed = usage.totals(sim, entries), usage.billed(entries, final=_invoiced(call, start))
    return {
        "iccid": sim.iccid,
        **_names(sim),
        "totalDataVolume": megabytes(total.data_bytes),
        "billableDataVolume": megabytes(billed.data_bytes),
        "cycleStartDate": start,
        "billable": billed.final,
        "totalSMSVolume": total.sms,
        "totalVoiceVolume": total.voice_s,
        "billableSMSVolume": billed.sms,
        "billableVoiceVolume": billed.voice_s,
        "ratePlan": max(entries, key=_weight).rate_plan,
        "eventsUsage": 0,
        "totalEvents": 0,
    }


def _completed_cycle(call: SoapCall) -> date:
    """The day asked for, if a completed cycle of the account starts on it; days are named in UTC."""
    asked: datetime | None = call.request.get("cycleStartDate")
    if asked is None or asked.utcoffset():
        raise SoapFault(NO_USAGE)
    if not cycles.completed(call.account, asked.date(), call.now):
        raise SoapFault(NO_USAGE)
    return asked.date()


def _invoiced(call: SoapCall, start: date) -> bool:
    _, end = cycles.bounds(call.account, start)
    return call.now >= end + timedelta(days=call.state.settings.invoice_after_days)


def _names(sim: Sim) -> dict[str, str | None]:
    return {
        "terminalId": sim.device_id or None,
        "customer": sim.customer or None,
        "endConsumerId": sim.end_consumer_id or None,
    }


def _weight(entry: CycleUsage) -> int:
    return entry.data_bytes or 0
