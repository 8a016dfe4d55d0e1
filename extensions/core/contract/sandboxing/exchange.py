"""One call from arrival to reply, whatever its transport: fault, log, answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from werkzeug.wrappers import Request, Response

from . import calls, faults
from .faults import Fault, Kind, Target
from .store import Store
from .wire import Cut, Wire

GATEWAY_PAGE = """<!doctype html>
<html><head><title>502 Bad Gateway</title></head>
<body><h1>Bad Gateway</h1>
<p>The proxy server received an invalid response from an upstream server.</p></body></html>
"""
_ANSWERED_BY_FACE = (Kind.SERVER_ERROR, Kind.ERROR, Kind.THROTTLE, Kind.EXPIRED_KEY)


@dataclass(frozen=True)
class Incoming:
    """A call as it arrived.

    `username`: whom it claims to be; `known_as`: names of the user and of the account. `parameters`: what the log
    shows. `path`: what it is called there, and what faults choose it by. `edits`: it changes something. `fault`: what
    was put in its way.
    """

    request: Request
    username: str
    parameters: Mapping[str, Any]
    body: Any
    path: str
    known_as: frozenset[str] = frozenset()
    edits: bool = False
    fault: Fault | None = None
    call_id: int | None = None

    @property
    def happens(self) -> bool:
        """False: to be accepted, and then nothing is done."""
        return self.fault is None or self.fault.kind != Kind.NEVER_HAPPENS


@dataclass(frozen=True)
class Reply:
    response: Response
    error_code: str | None = None


class Served(Protocol):
    """The state of a sandbox, as far as an exchange must know it."""

    store: Store

    @property
    def latency_ms(self) -> int: ...

    def now(self) -> datetime: ...


class Face(Protocol):
    """A transport: reads requests and writes replies; everything else is shared."""

    transport: str

    def incoming(self, request: Request) -> Incoming: ...

    def answer(self, incoming: Incoming) -> Reply: ...

    def fault_reply(self, fault: Fault) -> Reply: ...


class Exchange:
    """Leads a call through fault, log and face."""

    def __init__(self, state: Served, face: Face) -> None:
        self._state = state
        self._face = face

    def handle(self, request: Request, wire: Wire) -> Response:
        incoming = self._logged(self._face.incoming(request))
        reply = None
        try:
            reply = self._reply(incoming, wire)
            return reply.response
        finally:
            status = reply.response.status_code if reply else None
            with self._state.store.write() as db:
                calls.finish(db, incoming.call_id or 0, status, reply.error_code if reply else None)

    def _logged(self, incoming: Incoming) -> Incoming:
        with self._state.store.write() as db:
            fault = faults.take(db, _target(incoming))
            line = {
                "account": incoming.username,
                "transport": self._face.transport,
                "method": incoming.request.method,
                "path": incoming.path,
                "parameters": incoming.parameters,
                "fault": fault.kind if fault else "",
            }
            call_id = calls.begin(db, self._state.now(), line)
        return replace(incoming, fault=fault, call_id=call_id)

    def _reply(self, incoming: Incoming, wire: Wire) -> Reply:
        wire.wait(self._state.latency_ms / 1000)
        fault = incoming.fault
        if fault is None:
            return self._face.answer(incoming)
        return self._instead(fault, wire) or self._spoilt(fault, self._face.answer(incoming), wire)

    def _instead(self, fault: Fault, wire: Wire) -> Reply | None:
        """What happens instead of the call; None if the call is carried out."""
        if fault.kind == Kind.HANG:
            self._hang(fault, wire)
        if not fault.hangs:
            wire.wait(fault.seconds)
        if fault.kind == Kind.CUT_BEFORE:
            raise Cut
        if fault.kind == Kind.HTML:
            return Reply(Response(GATEWAY_PAGE, fault.status or 502, content_type="text/html; charset=utf-8"))
        return self._face.fault_reply(fault) if fault.kind in _ANSWERED_BY_FACE else None

    def _spoilt(self, fault: Fault, reply: Reply, wire: Wire) -> Reply:
        """The reply of a call that was carried out, as the fault lets it through."""
        if fault.kind == Kind.HANG_AFTER:
            self._hang(fault, wire)
        if fault.kind == Kind.CUT_AFTER:
            raise Cut
        if fault.kind == Kind.GARBAGE:
            whole = reply.response.get_data()
            reply.response.set_data(whole[: len(whole) // 2])
        if fault.kind == Kind.WRONG_TYPE:
            reply.response.content_type = "text/plain; charset=utf-8"
        return reply

    def _hang(self, fault: Fault, wire: Wire) -> None:
        try:
            wire.hang(fault.seconds, lambda: self._holds(fault))
        finally:
            with self._state.store.write() as db:
                faults.forget_used(db, fault)

    def _holds(self, fault: Fault) -> bool:
        with self._state.store.read() as db:
            return any(held.id == fault.id for held in faults.active(db))


def _target(incoming: Incoming) -> Target:
    names = incoming.known_as | {incoming.username}
    return Target(names, incoming.request.method, incoming.path, incoming.edits)


def json_body(request: Request) -> Any:
    """The body as JSON; None if there is none or it is not JSON."""
    try:
        return json.loads(request.get_data())
    except ValueError:
        return None
