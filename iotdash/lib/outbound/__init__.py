"""The one guard for addresses typed by people, for HTTP and sockets."""

from iotdash.lib.outbound.connections import tls_context
from iotdash.lib.outbound.conversations import conversation
from iotdash.lib.outbound.errors import (
    AddressRefused,
    AnswerLost,
    AnswerTooLarge,
    ConnectFailed,
    OutboundError,
    TlsFailed,
)
from iotdash.lib.outbound.guard import Address, AddressPolicy, policy_from_settings, resolve
from iotdash.lib.outbound.http import CallRecord, GuardedSession, Witness
from iotdash.lib.outbound.sockets import open_socket

__all__ = [
    "Address",
    "AddressPolicy",
    "AddressRefused",
    "AnswerLost",
    "AnswerTooLarge",
    "CallRecord",
    "ConnectFailed",
    "GuardedSession",
    "OutboundError",
    "TlsFailed",
    "Witness",
    "conversation",
    "open_socket",
    "policy_from_settings",
    "resolve",
    "tls_context",
]
