"""The sandbox as the manifest offers it: its world, settings that reach it, and what can be done behind its back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from extensions.core.contract import DemoData, Sandbox, Sent, Variant
from extensions.core.contract.sandboxing.behind import StateControl

from .accounts import API_KEY_USER, MAIL_SEND, REVOKED, ApiKey, SmtpUser, made_up, make_key
from .faults import Fault, Kind
from .identity import new_key, public_text
from .messages import Message
from .ports import ports_of
from .server import serve
from .state import State
from .webhook import SIGNATURE, TIMESTAMP, body_of, sign

NAME = "email"
SENDER = {"sender_name": "Ada Moreno", "sender_address": "admin@example.com"}
FULL_KEY = ApiKey("full access", make_key("full access"), (MAIL_SEND, "alerts.create", "alerts.read", "stats.read"))
READING_KEY = ApiKey("statistics only", make_key("statistics only"), ("stats.read",))
REVOKED_KEY = ApiKey("revoked", make_key("revoked"), (MAIL_SEND,), REVOKED)
KEYS = (FULL_KEY, READING_KEY, REVOKED_KEY)
MAILER = SmtpUser("mailer", made_up("mailer password", 24))
OTHER_USER = SmtpUser("newsletter", made_up("newsletter password", 24))
USERS = (MAILER, OTHER_USER)
SENDERS = ("example.com",)


def sandbox() -> Sandbox:
    """For `Manifest.sandbox`."""
    return Sandbox(
        name=NAME,
        serve=serve,
        seed=seed,
        settings=settings,
        hint="Open the address in a browser: its inbox shows every message that was sent, with links that work.",
        wrong_settings=wrong_settings,
        control=Control,
        ports=ports_of,
        sends=sends,
        others={
            "SMTP": Variant(smtp_settings, wrong_smtp_settings),
            "SendGrid with username": Variant(username_settings, wrong_username_settings),
        },
    )


def demo(state_dir: Path) -> DemoData:
    """For `Manifest.demo`: mail is not about devices."""
    return DemoData(name="Email sandbox", devices=[])


def seed(state_dir: Path) -> None:
    """Accounts and verified senders, and an empty inbox."""
    state = State(state_dir)
    state.add(KEYS, USERS, SENDERS)
    state.close()


def settings(base_url: str) -> dict[str, Any]:
    """Settings of "SendGrid with API key" that reach the sandbox."""
    return {"method": "sendgrid_key", **SENDER, "api_key": FULL_KEY.key, "api_address": base_url}


def wrong_settings(base_url: str) -> dict[str, dict[str, Any]]:
    """What is wrong → settings that the sandbox does not accept."""
    right = settings(base_url)
    return {
        "an unknown key": right | {"api_key": make_key("nobody's")},
        "a key without its last letter": right | {"api_key": FULL_KEY.key[:-1]},
        "a revoked key": right | {"api_key": REVOKED_KEY.key},
    }


def sends(settings: Mapping[str, Any]) -> Sent:
    """For `Sandbox.sends`: the report of a delivery."""
    key, now = new_key(), int(time.time())
    event = {"event": "delivered", "sg_event_id": token_hex(8), "email": "new@example.com", "timestamp": now}
    body = body_of([event])
    headers = {"Content-Type": "application/json", SIGNATURE: sign(key, str(now), body), TIMESTAMP: str(now)}
    return Sent({**settings, "webhook_key": public_text(key)}, body, headers)


def smtp_settings(base_url: str) -> dict[str, Any]:
    """Settings of "SMTP". Without TLS, because nobody but the sandbox's own folder knows its certificate."""
    return {"method": "smtp", **SENDER, **_server(base_url), "username": MAILER.username, "password": MAILER.password}


def wrong_smtp_settings(base_url: str) -> dict[str, dict[str, Any]]:
    right = smtp_settings(base_url)
    return {
        "a wrong password": right | {"password": "not-the-password"},
        "a password without its last letter": right | {"password": MAILER.password[:-1]},
        "the password of another user": right | {"password": OTHER_USER.password},
        "an unknown user name": right | {"username": "nobody-here"},
    }


def username_settings(base_url: str) -> dict[str, Any]:
    """Settings of "SendGrid with username": an API key is the password since 2020."""
    login = {"username": API_KEY_USER, "password": FULL_KEY.key}
    return {"method": "sendgrid_username", **SENDER, **_server(base_url), **login}


def wrong_username_settings(base_url: str) -> dict[str, dict[str, Any]]:
    right = username_settings(base_url)
    return {
        "an unknown key": right | {"password": make_key("nobody's")},
        "a revoked key": right | {"password": REVOKED_KEY.key},
        "a key that may not send": right | {"password": READING_KEY.key},
        "the account's own user name": right | {"username": "alder-valley-water"},
    }


def _server(base_url: str) -> dict[str, Any]:
    """Host, port and security of the mail server beside an HTTP address. An https address asks for TLS."""
    address = urlsplit(base_url)
    security = "tls" if address.scheme == "https" else "none"
    port = ports_of(address.port or {"https": 443}.get(address.scheme, 80)).smtp
    return {"host": address.hostname or "", "port": port, "security": security}


class Control(StateControl):
    """For `Sandbox.control`."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__(State(state_dir))
        self._state_dir = state_dir

    @staticmethod
    def wire_fault(kind: str, seconds: float) -> Fault:
        return Fault(Kind(kind), seconds=seconds)

    def reset(self) -> None:
        self.state.forget_messages()
        self.state.forget_accounts()
        seed(self._state_dir)

    def performed(self) -> int:
        """Messages that were taken, one for each recipient."""
        return self.state.taken()

    def messages(self, to: str = "") -> list[Message]:
        """Messages to recipients whose address contains `to`, newest first."""
        return self.state.messages(to)
