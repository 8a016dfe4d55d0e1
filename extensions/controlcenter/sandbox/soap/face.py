"""The SOAP transport: services, authentication, rate, and replies in XML."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, UnsupportedMediaType
from werkzeug.wrappers import Request

from extensions.core.contract.sandboxing.calls import redacted
from extensions.core.contract.sandboxing.exchange import Incoming, Reply
from extensions.core.contract.sandboxing.faults import Fault, Kind
from extensions.core.contract.sandboxing.soap.names import qualified
from extensions.core.contract.sandboxing.soap.reading import as_sent

from .. import accounts
from ..log import SECRET_KEYS
from ..model import Account
from ..problems import Problem
from ..state import State
from . import errors, reading, writing
from .call import SoapCall
from .errors import SoapFault
from .names import SCHEMA
from .reading import Posted
from .services import SERVICES, Operation

VERSION = "5.90"
BUILD = "sandbox"
_FAULT_CODES = {
    Kind.SERVER_ERROR: errors.SERVER_FAULT,
    Kind.THROTTLE: errors.THROTTLED,
    Kind.EXPIRED_KEY: errors.BAD_LICENCE,
}


class SoapFace:
    transport = "soap"

    def __init__(self, state: State) -> None:
        self._state = state

    def incoming(self, request: Request) -> Incoming:
        """The body is what was posted, or the fault that answers it."""
        try:
            posted = reading.posted(request.get_data())
        except SoapFault as fault:
            return Incoming(request, "", {}, fault, request.path)
        operation = _operation(request, posted)
        with self._state.store.read() as db:
            licensee = accounts.of_licence(db, posted.licence_key)
            known_as = accounts.names_of(db, posted.username, licensee)
        return Incoming(
            request,
            posted.username,
            redacted(as_sent(posted.payload), SECRET_KEYS),
            posted,
            path=f"{request.path}/{operation.name}" if operation else request.path,
            known_as=known_as,
            edits=operation is not None and operation.edits,
        )

    def answer(self, incoming: Incoming) -> Reply:
        """The reply of the carrier; refusals included."""
        try:
            return self._carried_out(incoming)
        except SoapFault as fault:
            return writing.refusal(fault)
        except Problem as problem:
            return writing.refusal(SoapFault.of(problem))
        except HTTPException as not_soap:
            return Reply(not_soap.get_response(incoming.request.environ))

    def fault_reply(self, fault: Fault) -> Reply:
        code = fault.error_code or _FAULT_CODES[Kind(fault.kind)]
        reply = writing.refusal(SoapFault(code), fault.status or 500)
        if fault.retry_after is not None:
            reply.response.headers["Retry-After"] = str(fault.retry_after)
        return reply

    def _carried_out(self, incoming: Incoming) -> Reply:
        posted = _checked(incoming)
        operation = _named(incoming.request, posted)
        now = self._state.settle()
        account = self._account(operation, posted)
        self._check_rate(account, now)
        request = reading.values(operation.request, posted.payload)
        call = SoapCall(self._state, account, now, request, incoming.call_id, incoming.happens)
        found = operation.handler(call)
        return writing.answer(operation.reply_root, operation.reply, _head(call) | found)

    def _account(self, operation: Operation, posted: Posted) -> Account:
        """Whose call it is: the licence's account, and the user of it who proves to be one."""
        with self._state.store.read() as db:
            licensee = accounts.of_licence(db, posted.licence_key)
            user = accounts.by_password(db, posted.username, posted.password or "")
        if licensee is None:
            raise SoapFault(errors.BAD_LICENCE)
        if operation.anyone:
            return licensee
        if user is None or posted.password is None:
            raise SoapFault(errors.BAD_USER)
        if user.account_id != licensee.account_id:
            raise SoapFault(errors.BAD_LICENCE)
        return user

    def _check_rate(self, account: Account, now: datetime) -> None:
        if not self._state.meter.admits(account.account_id, now, self._state.settings.rate_limit):
            raise SoapFault(errors.THROTTLED)


def _checked(incoming: Incoming) -> Posted:
    """What was posted, if HTTP and envelope are as they must be."""
    request = incoming.request
    if request.method != "POST":
        raise MethodNotAllowed(["POST"])
    if request.mimetype != "text/xml" or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise UnsupportedMediaType
    if isinstance(incoming.body, SoapFault):
        raise incoming.body
    return incoming.body


def _operation(request: Request, posted: Posted) -> Operation | None:
    offered = SERVICES[request.path].operations
    return next((each for each in offered if posted.payload.tag == qualified(each.request_root, SCHEMA)), None)


def _named(request: Request, posted: Posted) -> Operation:
    """The operation that both the body and the SOAPAction name."""
    operation = _operation(request, posted)
    if operation is None:
        raise SoapFault(errors.API_ERROR, f"There is no operation for {posted.payload.tag}")
    action = f'"{SERVICES[request.path].action(operation)}"'
    if request.headers.get("SOAPAction") != action:
        raise SoapFault(errors.API_ERROR, f"The header SOAPAction must be {action}")
    return operation


def _head(call: SoapCall) -> dict[str, Any]:
    return {
        "requestId": f"sandbox-{call.call_id}",
        "correlationId": call.request["messageId"],
        "version": VERSION,
        "build": BUILD,
        "timestamp": call.now,
    }
