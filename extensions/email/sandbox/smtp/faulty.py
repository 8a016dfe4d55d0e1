"""A step of an SMTP conversation under a fault."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP

from ..faults import Fault, Kind
from ..state import State

CONNECT = "smtp/connect"
PAGE = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html><body><h1>Bad Request</h1></body></html>"
ERRORS = {
    Kind.SERVER_ERROR: "451 4.3.0 Requested action aborted: local error in processing",
    Kind.THROTTLE: "421 4.7.0 Too many connections and messages, try again later",
    Kind.EXPIRED_KEY: "535 5.7.8 Authentication credentials invalid",
    Kind.ERROR: "451 4.3.0 Refused on purpose",
    Kind.HTML: PAGE,
}
_POLL_S = 0.05


def hang_up(server: SMTP) -> None:
    """Ends the connection without a word, and what was going on in it."""
    if server.transport:
        server.transport.abort()
    raise asyncio.CancelledError


async def under(
    state: State, server: SMTP, path: str, perform: Callable[[Fault | None], Any], refuse: Callable[[str, Fault], None]
) -> Any:
    """What a step answers. `perform` carries it out, `refuse` writes down that it was not."""
    fault = state.take_fault(path)
    if fault is None:
        return perform(None)
    if not fault.hangs:
        await asyncio.sleep(fault.seconds)
    answer = _instead(fault)
    if answer is not None:
        refuse(answer, fault)
        return await _refused(server, fault, answer)
    if fault.kind in (Kind.HANG, Kind.CUT_BEFORE):
        refuse("", fault)
    else:
        answer = perform(fault)
    return await _spoilt(state, server, fault, answer)


def _instead(fault: Fault) -> str | None:
    """The answer of a step that is not carried out; None if it is, or if nobody answers."""
    usual = ERRORS.get(Kind(fault.kind))
    if usual is None or fault.kind == Kind.HTML:
        return usual
    return f"{fault.status or usual[:3]} {fault.words or usual[4:]}"


async def _refused(server: SMTP, fault: Fault, answer: str) -> str:
    """Some refusals end the conversation, as the codes say."""
    if fault.kind == Kind.HTML or answer.startswith("421"):
        await server.push(answer)
        server.transport.close()
        raise asyncio.CancelledError
    return answer


async def _spoilt(state: State, server: SMTP, fault: Fault, answer: Any) -> Any:
    """The answer of a step that was carried out, as the fault lets it through."""
    if fault.hangs:
        await _hang(state, fault)
    if fault.hangs or fault.kind in (Kind.CUT_BEFORE, Kind.CUT_AFTER):
        hang_up(server)
    if fault.kind == Kind.GARBAGE:
        await server.push("250-2.0.0 Ok")
        server.transport.close()
        raise asyncio.CancelledError
    return answer


async def _hang(state: State, fault: Fault) -> None:
    until = time.monotonic() + (fault.seconds or float("inf"))
    try:
        while state.holds(fault) and time.monotonic() < until:
            await asyncio.sleep(_POLL_S)
    finally:
        state.let_go(fault)
