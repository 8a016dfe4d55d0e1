"""The Terminal service: details, search by change, and data sessions."""

from __future__ import annotations

from typing import Any

from .. import cycles, fleet, usage
from ..model import CUSTOM_KEYS, Sim
from .call import SoapCall, at_most, iccid_in, megabytes
from .errors import API_ERROR, NO_ACCESS, NO_SESSION, TOO_MANY_ICCIDS, UNKNOWN_DEVICE, SoapFault
from .names import SEARCH_STATES

_CUSTOM = {"account": "custom", "operator": "operatorCustom", "customer": "customerCustom"}


def details(call: SoapCall) -> dict[str, Any]:
    """`GetTerminalDetails`: those of the SIMs that the account has, in an order of the carrier's."""
    iccids = at_most(call.request["iccids"]["iccid"], TOO_MANY_ICCIDS)
    with call.state.store.read() as db:
        sims = fleet.among(db, call.account, iccids)
        start = cycles.current_start(call.account, call.now)
        terminals = [_terminal(sim, usage.totals(sim, usage.in_cycle(db, sim.iccid, start))) for sim in sims]
        foreign = not sims and len(iccids) == 1 and fleet.find(db, iccids[0]) is not None
    if foreign and call.state.settings.lone_foreign_iccid == "fault":
        raise SoapFault(UNKNOWN_DEVICE)
    return {"terminals": {"terminal": terminals}}


def modified(call: SoapCall) -> dict[str, Any]:
    """`GetModifiedTerminals`: ICCIDs, oldest change first; in pages where the sandbox is set so."""
    _check_account(call)
    with call.state.store.read() as db:
        iccids = fleet.changed_after(db, call.account, call.request.get("since"), _status_sought(call))
    size = call.state.settings.modified_page_size
    if not size and "pageNumber" in call.request:
        raise SoapFault(API_ERROR, "This server does not know pageNumber")
    return _page(iccids, size, call.request.get("pageNumber", 1)) if size else {"iccids": {"iccid": iccids}}


def sessions(call: SoapCall) -> dict[str, Any]:
    """`GetSessionInfo`: the last data session of each SIM that ever had one."""
    iccids = at_most(call.request["iccid"], TOO_MANY_ICCIDS)
    with call.state.store.read() as db:
        sims = fleet.among(db, call.account, map(iccid_in, iccids))
    if not sims:
        raise SoapFault(UNKNOWN_DEVICE)
    found = [_session(sim) for sim in sims if sim.session_started]
    if not found:
        raise SoapFault(NO_SESSION)
    return {"sessionInfo": {"session": found}}


def _page(iccids: list[str], size: int, number: int) -> dict[str, Any]:
    if number < 1:
        raise SoapFault(API_ERROR, "pageNumber counts from 1")
    return {
        "iccids": {"iccid": iccids[(number - 1) * size : number * size]},
        "pageNumber": number,
        "totalPages": max(1, -(-len(iccids) // size)),
    }


def _check_account(call: SoapCall) -> None:
    if str(call.request.get("accountId", call.account.account_id)) != call.account.account_id:
        raise SoapFault(NO_ACCESS)


def _status_sought(call: SoapCall) -> str:
    wanted = call.request.get("simState")
    if wanted is None:
        return ""
    if wanted not in SEARCH_STATES:
        raise SoapFault(API_ERROR, f"simState is one of {', '.join(SEARCH_STATES)}")
    return SEARCH_STATES[wanted]


def _terminal(sim: Sim, totals: usage.CycleTotals) -> dict[str, Any]:
    data = megabytes(totals.data_bytes)
    return {
        **_identity(sim),
        "suspended": sim.suspended,
        "ratePlan": sim.rate_plan,
        "status": f"{sim.status}_NAME",
        "monthToDateUsage": data,
        "overageLimitReached": sim.overage_limit_reached,
        "overageLimitOverride": sim.overage_limit_override,
        "dateActivated": sim.date_activated,
        "dateAdded": sim.date_added,
        "dateModified": sim.date_updated,
        "dateShipped": sim.date_shipped,
        "monthToDateDataUsage": data,
        "monthToDateSMSUsage": totals.sms,
        "monthToDateVoiceUsage": totals.voice_s,
        "ctdSessionCount": totals.sessions,
        "rating": {"termStartDate": sim.date_activated and sim.date_activated.date()},
    }


def _identity(sim: Sim) -> dict[str, Any]:
    empty = ("secureSimId", "secureSimUsernameCopyRule", "secureSimPasswordCopyRule")
    return {
        "msisdn": sim.msisdn,
        "iccid": sim.iccid,
        "terminalId": sim.device_id or None,
        "modemId": sim.modem_id or None,
        "customer": sim.customer or None,
        "endConsumerId": sim.end_consumer_id or None,
        "accountId": sim.account_id,
        "fixedIpAddress": sim.fixed_ip_address or None,
        "imsi": sim.imsi,
        "primaryICCID": sim.iccid if sim.global_sim_type else None,
        "imei": sim.imei or None,
        "globalSimType": sim.global_sim_type or None,
        "simNotes": sim.sim_notes or None,
        "version": 1,
        **{custom_name(key): sim.customs.get(key, "") for key in CUSTOM_KEYS},
        **dict.fromkeys(empty, ""),
    }


def custom_name(key: str) -> str:
    """`account1` -> `custom1`, `operator1` -> `operatorCustom1`."""
    group = key.rstrip("0123456789")
    return _CUSTOM[group] + key.removeprefix(group)


def _session(sim: Sim) -> dict[str, Any]:
    return {
        "iccid": sim.iccid,
        "ipAddress": None if sim.ip_address == "null" else sim.ip_address,
        "dateSessionStarted": sim.session_started,
        "dateSessionEnded": sim.session_ended,
    }
