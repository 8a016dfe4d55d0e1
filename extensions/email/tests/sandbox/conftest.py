"""A sandbox with its usual accounts, and a clock that stands still."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sandbox_mail import Clock, Controls, SendGrid

from extensions.email.sandbox import RunningSandbox, State, running, seed
from extensions.email.sandbox.offer import MAILER


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(tmp_path, clock: Clock) -> Iterator[RunningSandbox]:
    seed(tmp_path / "state")
    with running(tmp_path / "state", clock) as sandbox:
        yield sandbox


@pytest.fixture
def state(sandbox: RunningSandbox) -> State:
    return sandbox.state


@pytest.fixture
def sendgrid(sandbox: RunningSandbox) -> SendGrid:
    return SendGrid(sandbox.url)


@pytest.fixture
def controls(sandbox: RunningSandbox) -> Controls:
    return Controls(sandbox.url)


@pytest.fixture
def trusting(controls: Controls) -> ssl.SSLContext:
    """Trusts the sandbox's authority, as who pasted its certificate does."""
    return ssl.create_default_context(cadata=controls.get("/_sandbox/ca.pem").text)


@pytest.fixture
def connect(sandbox: RunningSandbox) -> Iterator[Callable[..., smtplib.SMTP]]:
    """Opens conversations with the mail server; they are closed afterwards."""
    opened = []

    def open_one(**options: Any) -> smtplib.SMTP:
        options = {"timeout": 20, "local_hostname": "client", **options}
        opened.append(smtplib.SMTP("127.0.0.1", sandbox.ports.smtp, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def mail_server(connect: Callable[..., smtplib.SMTP]) -> smtplib.SMTP:
    """A conversation as the plain server's user."""
    conversation = connect()
    conversation.login(MAILER.username, MAILER.password)
    return conversation
