"""The four services: where they are, and what they can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from extensions.core.contract.sandboxing.soap.types import Sequence

from . import billing, changes, messages, tables, terminals
from .call import SoapCall
from .names import SERVICE

Handler = Callable[[SoapCall], dict[str, Any]]


@dataclass(frozen=True)
class Operation:
    """`edits`: it changes a SIM. `anyone`: it asks for no user, only for the licence key."""

    name: str
    handler: Handler
    request: Sequence
    reply: Sequence
    edits: bool = False
    anyone: bool = False

    @property
    def request_root(self) -> str:
        return f"{self.name}Request"

    @property
    def reply_root(self) -> str:
        return f"{self.name}Response"


@dataclass(frozen=True)
class Service:
    """`segment`: its name in a SOAPAction, in lower case whatever the path."""

    name: str
    path: str
    segment: str
    operations: tuple[Operation, ...]

    def action(self, operation: Operation) -> str:
        return f"{SERVICE}/{self.segment}/{operation.name}"


def echo(call: SoapCall) -> dict[str, Any]:
    """`Echo`: proves the host and the licence key."""
    return {"value": call.request["value"]}


_OFFERED = (
    Service(
        *("Terminal", "/ws/service/terminal", "terminal"),
        (
            Operation("GetTerminalDetails", terminals.details, tables.DETAILS_REQUEST, tables.DETAILS_REPLY),
            Operation("GetModifiedTerminals", terminals.modified, tables.MODIFIED_REQUEST, tables.MODIFIED_REPLY),
            Operation("EditTerminal", changes.edit, tables.EDIT_REQUEST, tables.EDIT_REPLY, edits=True),
            Operation("GetSessionInfo", terminals.sessions, tables.SESSION_REQUEST, tables.SESSION_REPLY),
        ),
    ),
    Service(
        *("Billing", "/ws/service/billing", "billing"),
        (Operation("GetTerminalUsage", billing.terminal_usage, tables.USAGE_REQUEST, tables.USAGE_REPLY),),
    ),
    Service(
        *("Sms", "/ws/service/Sms", "sms"),
        (
            Operation("SendSMS", messages.send, tables.SEND_REQUEST, tables.SEND_REPLY),
            Operation("GetSMSDetails", messages.details, tables.MESSAGES_REQUEST, tables.MESSAGES_REPLY),
            Operation("GetModifiedSMS", messages.search, tables.SEARCH_REQUEST, tables.SEARCH_REPLY),
        ),
    ),
    Service(
        *("Echo", "/ws/service/echo", "echo"),
        (Operation("Echo", echo, tables.ECHO_REQUEST, tables.ECHO_REPLY, anyone=True),),
    ),
)
SERVICES: Mapping[str, Service] = {service.path: service for service in _OFFERED}
