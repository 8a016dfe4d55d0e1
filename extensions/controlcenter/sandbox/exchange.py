"""One call from arrival to reply, whatever its transport: fault, log, answer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from werkzeug.wrappers import Request, Response

from . import accounts, faults, log
from .faults import Fault, Kind, Target
from .state import State
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

    `username`: whom it claims to be. `account_id`: the account that it names in another way. `path`: what it is
    called in the log, and what faults choose it by. `edits`: it changes a SIM. `fault`: what was put in its way.
    """

    request: Request
    username: str
    parameters: Mapping[str, Any]
    body: Any
    path: str
    account_id: str = ""
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


class Face(Protocol):
    """A transport: reads requests and writes replies; everything else is shared."""

    transport: str

    def incoming(self, request: Request) -> Incoming: ...

    def answer(self, incoming: Incoming) -> Reply: ...

    def fault_reply(self, fault: Fault) -> Reply: ...


class Exchange:
    """Leads a call through fault, log and face."""

    def __init__(self, state: State, face: Face) -> None:
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
                log.finish(db, incoming.call_id or 0, status, reply.error_code if reply else None)

    def _logged(self, incoming: Incoming) -> Incoming:
        with self._state.store.write() as db:
            fault = faults.take(db, _target(db, incoming))
            line = {
                "account": incoming.username,
                "transport": self._face.transport,
                "method": incoming.request.method,
                "path": incoming.path,
                "parameters": incoming.parameters,
                "fault": fault.kind if fault else "",
            }
            call_id = log.begin(db, self._state.now(), line)
        return replace(incoming, fault=fault, call_id=call_id)

    def _reply(self, incoming: Incoming, wire: Wire) -> Reply:
        wire.wait(self._state.settings.latency_ms / 1000)
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
            wire.hang(fault.seconds, lambda: any(held.id == fault.id for held in self._state.faults()))
        finally:
            with self._state.store.write() as db:
                db.execute("delete from faults where id = ? and times = 0", (fault.id,))


def _target(db: sqlite3.Connection, incoming: Incoming) -> Target:
    account = accounts.find(db, incoming.username)
    known_as = {incoming.username, incoming.account_id} | ({account.account_id} if account else set())
    return Target(frozenset(known_as), incoming.request.method, incoming.path, incoming.edits)


def json_body(request: Request) -> Any:
    """The body as JSON; None if there is none or it is not JSON."""
    try:
        return json.loads(request.get_data())
    except ValueError:
        return None
