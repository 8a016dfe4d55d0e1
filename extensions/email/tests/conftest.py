"""Contexts that reach test servers on this machine, and nothing else."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
import trustme
from email_world import NOW, SENDER

from extensions.core.contract import Context
from extensions.mailers.contract import OutgoingMail
from iotdash.lib.outbound import AddressPolicy, GuardedSession, conversation

LOOPBACK = AddressPolicy(allow_loopback=True)


@pytest.fixture
def calls() -> list:
    """What was told of each call and conversation."""
    return []


@pytest.fixture
def seconds() -> float:
    """A conversation's deadline. Tests of what hangs are `hanging` and have a shorter one."""
    return 5


@pytest.fixture
def context_of(calls, seconds) -> Callable[..., Context]:
    """`context_of(**settings)`; deadlines are short, so that what hangs ends."""

    def of(**settings: Any) -> Context:
        session = GuardedSession(
            LOOPBACK, connect_timeout=30, read_timeout=30, total_timeout=60, after_call=calls.append
        )

        def connect(host: str, port: int):
            return conversation(host, port, LOOPBACK, after=calls.append, total_seconds=seconds)

        return Context({**SENDER, **settings}, session, lambda: NOW, connect=connect)

    return of


@pytest.fixture
def mail() -> OutgoingMail:
    return OutgoingMail(
        mail_id="3f0c5a9e",
        recipient="new@example.com",
        recipient_name="New User",
        subject="You are invited",
        text="Open https://iotdash.example/i/1 to join.\n.\nBye\n",
        html='<p><a clicktracking=off href="https://iotdash.example/i/1">Join</a></p>',
        labels={"attempt": "1"},
        category="invitation",
    )


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_pem(authority) -> str:
    return authority.cert_pem.bytes().decode()


@pytest.fixture(scope="session")
def certificate(authority) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.1", "localhost", "mail.example.com")


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
