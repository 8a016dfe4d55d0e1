"""A SIM over Control Center REST: read it, read its usage, change its state or plan, list plans."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from extensions.controlcenter.address import REST
from extensions.controlcenter.dates import request_day
from extensions.controlcenter.normalise import sim_record, text, usage_of, usage_record
from extensions.controlcenter.rest import RestLink
from extensions.controlcenter.settings import zone_of
from extensions.controlcenter.states import SETTABLE, wire_word
from extensions.core.contract import BadResponse, Context, NoData, NotFound, PermissionDenied, Proof, Refused
from extensions.sims.contract import Accepted, Part, PlanList, SimRecord, UsageRecord

# Details and usage cost calls of their own for each SIM.
REFRESH_BATCH = 1
# A hundred thousand plans would be a fault of the server's, not a list.
MOST_PLAN_PAGES = 20


def check(context: Context) -> Proof:
    """Echo costs the least and proves host, user and key."""
    link = RestLink(context)
    word = secrets.token_hex(8)
    if link.get("echo", word).get("context") != word:
        raise BadResponse(f"{link.address.host} answered, but not what Control Center would have. Check the domain ID.")
    return Proof(
        f"The key of {link.user} is accepted by {link.address.host}.",
        {"User name": link.user, "Endpoint": link.address.url(REST)},
    )


def record(context: Context, subject: str) -> SimRecord:
    return _record(RestLink(context), subject)


def _record(link: RestLink, subject: str) -> SimRecord:
    details = _about(subject, link.get("devices", subject))
    return sim_record(subject, details, _ctd_usages(link, subject))


def refresh(context: Context, subjects: Sequence[str], parts: frozenset[Part]) -> dict[str, SimRecord]:
    """A call for each SIM, and one more where details are wanted too."""
    link = RestLink(context)
    found = {subject: _refreshed(link, subject, parts) for subject in subjects}
    return {subject: record for subject, record in found.items() if record}


def _refreshed(link: RestLink, subject: str, parts: frozenset[Part]) -> SimRecord | None:
    try:
        if Part.DETAILS in parts:
            return _record(link, subject)
        return usage_of(subject, _about(subject, link.get("devices", subject, "ctdUsages")))
    except NotFound:
        return None


def usage(context: Context, subject: str, cycle_start: date | None) -> UsageRecord:
    zone = zone_of(context.settings)
    query = {"cycleStartDate": request_day(cycle_start, zone)} if cycle_start else {}
    reply = _about(subject, RestLink(context).get("devices", subject, "usageInZone", **query))
    return usage_record(subject, reply, zone=zone, asked=cycle_start, now=context.now())


def set_state(context: Context, subject: str, state: str) -> Accepted:
    if state not in SETTABLE:
        raise Refused(f"“{state}” is not a state that can be set. Choose one of: {', '.join(SETTABLE)}.")
    return _edit(context, subject, "status", wire_word(state))


def set_plan(context: Context, subject: str, plan: str) -> Accepted:
    return _edit(context, subject, "ratePlan", plan)


def plans(context: Context) -> PlanList:
    """Control Center lists them to administrators; for others the list is empty and says why."""
    try:
        return PlanList(names=_plan_names(RestLink(context)))
    except (PermissionDenied, Refused) as error:
        return PlanList(why_not=f"Control Center does not list rate plans to this API user. {error.words}".strip())


def _about(subject: str, reply: Mapping[str, Any], *, written: bool = False) -> Mapping[str, Any]:
    named = text(reply.get("iccid"))
    if named and named != subject:
        raise BadResponse(
            f"Control Center answered about another SIM, {named}. Try again later.", may_have_happened=written
        )
    return reply


def _ctd_usages(link: RestLink, subject: str) -> Mapping[str, Any]:
    try:
        return _about(subject, link.get("devices", subject, "ctdUsages"))
    except (NoData, NotFound, PermissionDenied):
        # What the first call said of the SIM is worth showing without its usage.
        return {}


def _edit(context: Context, subject: str, attribute: str, value: str) -> Accepted:
    """200 and 202 both mean taken; only a later read shows the effect."""
    _about(subject, RestLink(context).put("devices", subject, body={attribute: value}), written=True)
    return Accepted()


def _plan_names(link: RestLink) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for number in range(1, MOST_PLAN_PAGES + 1):
        page = link.get("rateplans", **({"pageNumber": number} if number > 1 else {}))
        found = _names_on(page)
        # A page without anything new means that the server ignores the page number.
        if names.keys() >= found.keys():
            break
        names.update(found)
        if page.get("lastPage") is not False:
            break
    return tuple(names)


def _names_on(page: Mapping[str, Any]) -> dict[str, None]:
    plans = page.get("ratePlans")
    if not isinstance(plans, list):
        raise BadResponse("Control Center sent its rate plans in a form that is not known. Try again later.")
    names = (text(plan.get("name")) for plan in plans if isinstance(plan, dict))
    return dict.fromkeys(name for name in names if name)
