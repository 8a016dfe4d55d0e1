"""SimLifecycleManagement-1: asking for a change of state, and what became of it (specification 11.5)."""

from __future__ import annotations

from typing import Any

from extensions.core.contract.sandboxing.records import update

from .. import changes, directory
from ..model import ACTIVATED_FOR_TEST
from ..problems import ALREADY_RETRIEVED, INVALID_PARAMETER, UNKNOWN_TICKET, MalimaFault, typed
from .call import SoapCall


def submit(call: SoapCall) -> dict[str, Any]:
    """`submitUpdateSimStatusRequest`: a ticket; what cannot be done is told by its result."""
    status, test_mode = call.request["requestedStatus"], call.request.get("testMode", "")
    if (status == ACTIVATED_FOR_TEST) is not bool(test_mode):
        raise _invalid("testMode", "testMode est requis pour ACTIVATED_FOR_TEST, et seulement alors.")
    kind, given = call.lines()
    with call.state.store.write() as db:
        sims, unknown = directory.by_identifiers(db, call.account.customer_id, kind, given)
        if unknown:
            raise _invalid("lineIdentifiers", f"Ligne inconnue : {unknown[0]}.")
        desk = changes.Desk(db, call.account.customer_id, call.settings, call.now)
        ticket = changes.submit(desk, sims, status, call.call_id, call.happens)
    return {"ticketNumber": ticket.number}


def result(call: SoapCall) -> dict[str, Any]:
    """`getUpdateSimStatusResult`: how far it is. A result is told once."""
    number = call.request["ticketNumber"]
    with call.state.store.write() as db:
        ticket = changes.find_ticket(db, call.account.customer_id, number)
        if ticket is None:
            raise typed(UNKNOWN_TICKET, "Le ticket est inconnu.", ticketNumber=number)
        if ticket.retrieved:
            raise typed(ALREADY_RETRIEVED, "Le résultat a déjà été récupéré.", ticketNumber=number)
        status, failed = changes.result_of(db, ticket, call.now)
        if status in (changes.TERMINATED, changes.ERROR):
            update(db, "tickets", ("number", number), {"retrieved": True})
    return {"status": status, "taskError": [{"simSerialNumber": task.ssn, "code": task.error} for task in failed]}


def _invalid(parameter: str, words: str) -> MalimaFault:
    return typed(INVALID_PARAMETER, words, parameter=parameter, message=words)
