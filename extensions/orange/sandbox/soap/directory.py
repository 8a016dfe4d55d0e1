"""ConnectivityDirectory-1: SIMs by identifier and by search (specification 11.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import directory
from ..directory import SORTS, Search
from ..model import Sim
from ..problems import INVALID_PARAMETER, RANGE_SIZE, RANGE_START, refusal, typed
from ..settings import OLD
from .call import MAX_LINES, SoapCall
from .types import NUMBER_KINDS

_COUNTRY_DIGITS = 2
# Column -> what its criteria are called.
_WHAT = {"changed_at": "Change", "refreshed_at": "Refresh"}
_NUMBERS = dict(zip(NUMBER_KINDS, ("msisdn_voice", "msisdn_data", "msisdn_fax"), strict=True))


def get(call: SoapCall) -> dict[str, Any]:
    """`getConnectivityDirectory`: lines that the customer does not have come back as unknown."""
    if "imsi" in call.request:
        kind, given = "imsi", {call.request["imsi"]: None}
    else:
        kind, given = call.lines()
    with call.state.store.read() as db:
        sims, unknown = directory.by_identifiers(db, call.account.customer_id, kind, given)
    found: dict[str, Any] = {"connectivityDirectory": [entry(sim, call.request) for sim in sims]}
    if unknown and kind != "imsi":
        found["unknownLinesIdentifiers"] = {kind: [given[text] for text in unknown]}
    return found


def search(call: SoapCall) -> dict[str, Any]:
    """`searchInConnectivityDirectory`: a range of the hits."""
    size, start = call.request["rangeSize"], call.request.get("rangeStart", 0)
    if not 1 <= size <= MAX_LINES:
        raise refusal(RANGE_SIZE)
    if start < 0:
        raise refusal(RANGE_START)
    ceiling = call.settings.most_results
    with call.state.store.read() as db:
        sims, total = directory.search(db, call.account.customer_id, _wanted(call.request), start, size)
    return {
        "connectivityDirectory": [entry(sim, call.request) for sim in sims[: max(0, ceiling - start)]],
        "resultsNumberExceeded": total > ceiling,
        "totalResultsNumber": min(total, ceiling),
    }


def entry(sim: Sim, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A SIM as the directory shows it; `asked` are the flags of the request."""
    return {
        "customerEnvironmentIdentifier": sim.customer_id,
        "iccid": sim.iccid if asked.get("showIccid") else None,
        "imsi": (sim.imsi or None) if asked.get("showImsi") else None,
        "sim": _sim(sim, with_reason=bool(asked.get("showStatusReason")) and asked.get("version") != OLD),
        "subscription": _subscription(sim),
        "hierarchyDetail": (sim.hierarchy or None) if asked.get("showHierarchyDetail") else None,
        **(_device_info(sim) if asked.get("showDeviceInfo") else {}),
    }


def _sim(sim: Sim, *, with_reason: bool) -> dict[str, Any]:
    return {
        "serialNumber": sim.ssn,
        "status": sim.status,
        "statusReason": (sim.status_reason or None) if with_reason else None,
        "suspensionReason": sim.suspension_reason or None,
        "lastStatusRefreshDate": sim.refreshed_at,
        "lastStatusChangeDate": sim.changed_at,
        "requestedStatus": sim.requested_status or None,
        "statusChangeRequestDate": sim.change_requested_at,
        "puk1": sim.puk1,
        "puk2": sim.puk2,
    }


def _subscription(sim: Sim) -> dict[str, Any]:
    texts = {kind: getattr(sim, column) for kind, column in _NUMBERS.items()}
    numbers = {
        kind: {"cc": text[:_COUNTRY_DIGITS], "sn": text[_COUNTRY_DIGITS:]} for kind, text in texts.items() if text
    }
    return {"identifier": sim.subscription, **numbers}


def _device_info(sim: Sim) -> dict[str, Any]:
    device = {"imei": sim.imei or None, "serialNumber": sim.device_serial or None, "uniqueId": sim.device_id or None}
    return {
        "device": device if any(device.values()) else None,
        "machine": {"serialNumber": sim.machine_serial} if sim.machine_serial else None,
        "geographicPosition": _position(sim) if sim.located_at else None,
        "deviceInfoCompatibility": sim.compatibility or None,
    }


def _position(sim: Sim) -> dict[str, Any]:
    accuracy = {"value": sim.accuracy_m, "unit": "m"} if sim.accuracy_m is not None else None
    return {
        "latitude": f"{sim.latitude:.5f}",
        "longitude": f"{sim.longitude:.5f}",
        "lastGeolocDate": sim.located_at,
        "accuracy": accuracy,
    }


def _moments(criterion: Mapping[str, Any], end: str) -> dict[str, Any]:
    named = {column: f"simStatus{what}{end}Date" for column, what in _WHAT.items()}
    return {column: criterion[name] for column, name in named.items() if name in criterion}


def _wanted(request: Mapping[str, Any]) -> Search:
    criterion = request["searchCriterion"]
    ends = {end: _moments(criterion, end) for end in ("Min", "Max")}
    for column, least in ends["Min"].items():
        if least > ends["Max"].get(column, least):
            words = "La date minimale est postérieure à la date maximale."
            raise typed(INVALID_PARAMETER, words, parameter=f"simStatus{_WHAT[column]}MinDate", message=words)
    return Search(
        prefix=criterion.get("simSerialNumber", ""),
        statuses=tuple(criterion["simStatus"]),
        exact={name: criterion[name] for name in ("iccid", "imsi") if name in criterion},
        least=ends["Min"],
        most=ends["Max"],
        sorts=tuple(f"{SORTS[each['attribute']]} {each['order']}" for each in request.get("sortCriterion", ())),
    )
