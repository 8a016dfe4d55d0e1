"""A SIM over Control Center SOAP: read it, alone or many at once, read its usage, change its state or plan."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from extensions.controlcenter.address import SOAP
from extensions.controlcenter.calls import identifier, is_identifier
from extensions.controlcenter.dates import request_instant
from extensions.controlcenter.sentences import UNKNOWN_SIM
from extensions.controlcenter.soap import (
    EDIT_TERMINAL,
    GET_MODIFIED_TERMINALS,
    GET_TERMINAL_DETAILS,
    GET_TERMINAL_USAGE,
    SoapLink,
)
from extensions.controlcenter.soap_batches import LARGEST_BATCH, fetch_all
from extensions.controlcenter.soap_records import iccid_of, sim_record, state_word, usage_record
from extensions.controlcenter.states import SETTABLE
from extensions.core.contract import BadResponse, Context, NoData, NotFound, Proof, Refused
from extensions.sims.contract import EVERY_PART, Accepted, Part, PlanList, SimRecord, UsageRecord
from iotdash.lib.xml_documents import Node

# The answer names every SIM that changed since: a short while keeps it small.
_CHECKED_PAST = timedelta(minutes=5)
_STATE, _PLAN = "3", "4"

REFRESH_BATCH = LARGEST_BATCH

COMPLETED_ONLY = "SOAP has completed cycles only."
NO_PLAN_LIST = "SOAP has no call that lists rate plans. Type the plan's name as Control Center shows it."


def check(context: Context) -> Proof:
    """Reads which SIMs changed in the last minutes: few, and unlike Echo it proves the user beside the key."""
    link = SoapLink(context)
    link.call(GET_MODIFIED_TERMINALS, ("since", request_instant(context.now() - _CHECKED_PAST)))
    host = link.address.host
    return Proof(
        f"The user {link.user} and the licence key are accepted by {host}.",
        {
            "User name": link.user,
            "Endpoint": link.address.url(SOAP),
            "Proved": "Host, user name, password and licence key, by reading which SIMs changed",
        },
    )


def record(context: Context, subject: str) -> SimRecord:
    found = _details(SoapLink(context), [identifier(subject)])
    if subject not in found:
        raise NotFound(UNKNOWN_SIM)
    return found[subject]


def refresh(context: Context, subjects: Iterable[str], parts: frozenset[Part] = EVERY_PART) -> dict[str, SimRecord]:
    """Whole records by subject, 50 in a call; SIMs that are not in this account are absent."""
    link = SoapLink(context)
    return fetch_all(lambda batch: _details(link, batch), filter(is_identifier, subjects))


def usage(context: Context, subject: str, cycle_start: date | None) -> UsageRecord:
    if cycle_start is None:
        raise NoData(
            f"{COMPLETED_ONLY} Usage of the current cycle is the month-to-date figures in the SIM's overall data."
        )
    fields = ("iccid", identifier(subject)), ("cycleStartDate", cycle_start.isoformat())
    try:
        reply = SoapLink(context).call(GET_TERMINAL_USAGE, *fields)
    except NoData as error:
        sentence = f"There is no usage recorded for the cycle starting {cycle_start}. {COMPLETED_ONLY}"
        raise NoData(sentence, code=error.code, words=error.words) from error
    return usage_record(_about([subject], reply), asked=cycle_start)


def set_state(context: Context, subject: str, state: str) -> Accepted:
    if state not in SETTABLE:
        raise Refused(f"“{state}” is not a state that can be set. Choose one of: {', '.join(SETTABLE)}.")
    return _edit(context, subject, _STATE, state_word(state))


def set_plan(context: Context, subject: str, plan: str) -> Accepted:
    return _edit(context, subject, _PLAN, plan)


def plans(context: Context) -> PlanList:
    return PlanList(why_not=NO_PLAN_LIST)


def _details(link: SoapLink, subjects: Sequence[str]) -> dict[str, SimRecord]:
    """Unknown SIMs are absent from the reply, whose order is any."""
    asked = ("iccids", [("iccid", subject) for subject in subjects])
    listed = link.call(GET_TERMINAL_DETAILS, asked).first("terminals")
    terminals = listed.all("terminal") if listed else []
    return {iccid_of(terminal): sim_record(_about(subjects, terminal)) for terminal in terminals}


def _edit(context: Context, subject: str, change_type: str, value: str) -> Accepted:
    """Without a date it takes effect now; only a later read shows the effect."""
    fields = ("iccid", identifier(subject)), ("targetValue", value), ("changeType", change_type)
    _about([subject], SoapLink(context).call(EDIT_TERMINAL, *fields), written=True)
    return Accepted()


def _about(subjects: Sequence[str], node: Node, *, written: bool = False) -> Node:
    named = (node.value("iccid") or "").strip()
    if named not in subjects:
        raise BadResponse(
            f"Control Center answered about another SIM, {named or 'without its number'}. Try again later.",
            may_have_happened=written,
        )
    return node
