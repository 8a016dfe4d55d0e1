"""Devices: search, details, edit, session, locations and audit trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .. import edits, fleet
from ..dates import device_date
from ..model import STATUSES, Sim
from . import names
from .call import (
    Answer,
    RestCall,
    check_account_id,
    iccid_in,
    instant,
    json_object,
    only_known,
    page,
)
from .errors import RestError

MAX_HISTORY_DAYS = 365


def search(call: RestCall) -> Answer:
    """`GET /devices?modifiedSince=…`"""
    check_account_id(call)
    wanted = _search_in(call)
    with call.state.store.read() as db:
        sims, last = fleet.search(db, call.account, wanted)
    return Answer({"pageNumber": wanted.page_number, "devices": [_row(sim) for sim in sims], "lastPage": last})


def details(call: RestCall, iccid: str) -> Answer:
    """`GET /devices/{iccid}`"""
    return Answer(_details(read_sim(call, iccid)))


def edit(call: RestCall, iccid: str) -> Answer:
    """`PUT /devices/{iccid}`: 200 when all of it is in force, 202 when some of it is still to come."""
    body = dict(json_object(call))
    effective = body.pop("effectiveDate", None)
    only_known(body, frozenset(names.EDITABLE))
    if not body:
        raise RestError("10000011")
    wanted = edits.Edit(
        iccid_in(iccid),
        {names.EDITABLE[name]: _text(value) for name, value in body.items()},
        instant(_text(effective)) if effective is not None else None,
        call.call_id,
        call.happens,
    )
    with call.state.store.write() as db:
        done = edits.perform(edits.Desk(db, call.account, call.state.settings, call.now), wanted)
    return Answer({"iccid": iccid}, 200 if done else 202)


def session(call: RestCall, iccid: str) -> Answer:
    """`GET /devices/{iccid}/sessionInfo`"""
    sim = read_sim(call, iccid)
    payload: dict[str, Any] = {
        "iccid": sim.iccid,
        "ipAddress": sim.ip_address,
        "dateSessionStarted": device_date(sim.session_started),
        "dateSessionEnded": device_date(sim.session_ended),
    }
    optional = {"ipv6Address": sim.ipv6_address, "apn": sim.apn}
    return Answer(payload | {name: value for name, value in optional.items() if value})


def locations(call: RestCall, iccid: str) -> Answer:
    """`GET /devices/{iccid}/locationHistory`; the shape of an entry is our own guess."""
    if not call.account.location_enabled:
        raise RestError("10000602")
    if "fromDate" not in call.query:
        raise RestError("10000022")
    since = instant(call.query["fromDate"], "10000027")
    till = instant(call.query["toDate"], "10000027") if "toDate" in call.query else call.now
    sim = read_sim(call, iccid)
    known = sim.located_at is not None and since <= sim.located_at <= till
    entry = {"latitude": sim.latitude, "longitude": sim.longitude, "date": device_date(sim.located_at)}
    found = [entry] if known else []
    return Answer({"iccid": sim.iccid, "locationHistory": found, "pageNumber": 1, "lastPage": True})


def audit_trails(call: RestCall, iccid: str) -> Answer:
    """`GET /devices/{iccid}/auditTrails?daysOfHistory=30`; the shape of an entry is our own guess."""
    text = call.query.get("daysOfHistory", "30")
    if not text.isascii() or not text.isdigit() or int(text) > MAX_HISTORY_DAYS:
        raise RestError("10000049")
    sim = read_sim(call, iccid)
    with call.state.store.read() as db:
        lines = fleet.history(db, sim.iccid, call.now - timedelta(days=int(text)))
    trails = [
        {
            "field": names.AUDIT_NAMES[line.field],
            "priorValue": line.before,
            "value": line.after,
            "effectiveDate": device_date(line.at),
            "status": line.outcome,
            "userName": line.username,
        }
        for line in lines
    ]
    return Answer({"iccid": sim.iccid, "deviceAuditTrails": trails, "pageNumber": 1, "lastPage": True})


def read_sim(call: RestCall, iccid: str) -> Sim:
    with call.state.store.read() as db:
        return fleet.owned(db, call.account, iccid_in(iccid))


def _search_in(call: RestCall) -> fleet.Search:
    query = call.query
    if "modifiedSince" not in query:
        raise RestError("10000003")
    since = instant(query["modifiedSince"])
    till = instant(query["modifiedTill"]) if "modifiedTill" in query else None
    widest = call.state.settings.search_window_days
    if (till and till < since) or (widest and (till or call.now) - since > timedelta(days=widest)):
        raise RestError("10000027")
    status = query.get("status", "")
    if "status" in query and status not in STATUSES:
        raise RestError("10000005")
    customs = {names.CUSTOMS[name]: value for name, value in query.items() if name in names.CUSTOMS}
    for key in customs:
        edits.check_custom_right(call.account, key)
    size, number = page(call)
    return fleet.Search(since, till, status, customs, size, number)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RestError("10000023")
    return value


def _row(sim: Sim) -> dict[str, Any]:
    return {
        "iccid": sim.iccid,
        "status": sim.status,
        "ratePlan": sim.rate_plan,
        "communicationPlan": sim.communication_plan,
    }


def _details(sim: Sim) -> dict[str, Any]:
    return {
        "iccid": sim.iccid,
        "imsi": sim.imsi,
        "msisdn": sim.msisdn,
        "imei": sim.imei,
        "status": sim.status,
        "ratePlan": sim.rate_plan,
        "communicationPlan": sim.communication_plan,
        "customer": sim.customer or None,
        "endConsumerId": sim.end_consumer_id or None,
        "dateActivated": device_date(sim.date_activated),
        "dateAdded": device_date(sim.date_added),
        "dateUpdated": device_date(sim.date_updated),
        "dateShipped": device_date(sim.date_shipped),
        "accountId": sim.account_id,
        "fixedIPAddress": sim.fixed_ip_address or None,
        "fixedIpv6Address": sim.fixed_ipv6_address or None,
        "simNotes": sim.sim_notes or None,
        "deviceID": sim.device_id,
        "modemID": sim.modem_id,
        "globalSimType": sim.global_sim_type or None,
        **{name: sim.customs.get(key, "") for name, key in names.CUSTOMS.items()},
    }
