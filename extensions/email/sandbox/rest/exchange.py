"""One HTTP call from arrival to reply: fault, answer, log."""

from __future__ import annotations

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from extensions.core.contract.sandboxing.exchange import GATEWAY_PAGE
from extensions.core.contract.sandboxing.wire import Cut, Wire

from ..faults import Fault, Kind
from ..log import Call
from ..state import State
from .meter import rate_headers
from .service import TOO_MANY, WRONG_KEY, Outcome, Service, refused

PREFIX = "/v3/"
USUAL_WAIT_S = 20


class Exchange:
    """Leads a call through faults and the service, and writes it down before it is answered."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._service = Service(state)

    def handle(self, request: Request, wire: Wire) -> Response:
        # Also of a call that is cut: what is left of it would be taken for the next one.
        whole = self._read(request)
        fault = self._state.take_fault(request.path)
        wire.wait(self._state.settings.latency_ms / 1000)
        if fault and not fault.hangs:
            wire.wait(fault.seconds)
        outcome = self._instead(fault) if fault else None
        if outcome is None and not _takes_nothing(fault):
            outcome = self._service.answer(request) if whole else _too_large()
        self._log(request, fault, outcome)
        return self._sent(fault, outcome, wire)

    def _read(self, request: Request) -> bool:
        """False for a body that is larger than a message may be, and then left where it is."""
        request.max_content_length = self._state.settings.max_message_bytes
        try:
            request.get_data()
        except RequestEntityTooLarge:
            return False
        return True

    def _instead(self, fault: Fault) -> Outcome | None:
        """What is answered instead; None if the service answers, or nobody does."""
        if fault.kind == Kind.HTML:
            page = Response(GATEWAY_PAGE, fault.status or 502, content_type="text/html; charset=utf-8")
            return Outcome(page, "Bad Gateway")
        if fault.kind == Kind.SERVER_ERROR:
            return refused(500, fault.words or "internal server error")
        if fault.kind == Kind.ERROR:
            return refused(fault.status or 500, fault.words or "refused on purpose")
        if fault.kind == Kind.EXPIRED_KEY:
            return refused(401, WRONG_KEY)
        return self._throttled(fault) if fault.kind == Kind.THROTTLE else None

    def _throttled(self, fault: Fault) -> Outcome:
        wait = USUAL_WAIT_S if fault.retry_after is None else fault.retry_after
        return refused(429, TOO_MANY, rate_headers(600, 0, int(self._state.now()) + wait))

    def _log(self, request: Request, fault: Fault | None, outcome: Outcome | None) -> None:
        taken = outcome.taken if outcome else ()
        silent = outcome is None or (fault is not None and fault.kind in (Kind.CUT_AFTER, Kind.HANG_AFTER))
        call = Call(
            *(self._state.now(), outcome.account if outcome else "", "rest", f"{request.method} {request.path}"),
            status=None if silent or outcome is None else outcome.response.status_code,
            words=outcome.words if outcome else "",
            fault=fault.kind if fault else "",
            taken=len(taken),
        )
        self._state.take(call, taken)

    def _sent(self, fault: Fault | None, outcome: Outcome | None, wire: Wire) -> Response:
        if fault and fault.hangs:
            self._hang(fault, wire)
        if outcome is None or (fault and fault.kind == Kind.CUT_AFTER):
            raise Cut
        if fault and fault.kind == Kind.GARBAGE:
            return _broken_off(outcome.response)
        if fault and fault.kind == Kind.WRONG_TYPE:
            outcome.response.content_type = "text/plain; charset=utf-8"
        return outcome.response

    def _hang(self, fault: Fault, wire: Wire) -> None:
        try:
            wire.hang(fault.seconds, lambda: self._state.holds(fault))
        finally:
            self._state.let_go(fault)


def _too_large() -> Outcome:
    return refused(413, "The payload is too large.", {"Connection": "close"})


def _takes_nothing(fault: Fault | None) -> bool:
    return fault is not None and fault.kind in (Kind.HANG, Kind.CUT_BEFORE)


def _broken_off(response: Response) -> Response:
    """Half of the body, and the end of the connection; an empty one promises more than comes."""
    whole = response.get_data()
    response.set_data(whole[: len(whole) // 2])
    response.headers["Content-Length"] = str(max(len(whole), 2))
    response.headers["Connection"] = "close"
    return response
