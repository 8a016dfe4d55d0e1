"""What the sandbox's tests send, and plain clients to send it with: requests, smtplib, literal paths."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import requests

from extensions.email.sandbox.offer import FULL_KEY

NOW = 1_795_426_440.0
ADMIN = "admin@example.com"


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class SendGrid:
    """The API as the owner of a key sees it."""

    url: str
    key: str = FULL_KEY.key

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        timeout = options.pop("timeout", 20)
        return requests.request(method, f"{self.url}{path}", headers=headers, timeout=timeout, **options)

    def send(self, body: Any, **options: Any) -> requests.Response:
        return self.call("POST", "/v3/mail/send", json=body, **options)


@dataclass
class Controls:
    """The sandbox's own surface."""

    url: str

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.url}{path}", timeout=20)

    def post(self, path: str, /, **body: Any) -> requests.Response:
        return requests.post(f"{self.url}/_sandbox/{path}", json=body, timeout=20)

    def fault(self, kind: str, **more: Any) -> int:
        reply = self.post("faults", kind=kind, **more)
        assert reply.status_code == 201, reply.text
        return reply.json()["id"]

    def inbox(self, to: str = "") -> list[dict[str, Any]]:
        return self.get(f"/inbox.json?to={to}").json()["messages"]


def mail_to(address: str = "new@example.org", **more: Any) -> dict[str, Any]:
    """A body that is right."""
    return {
        "personalizations": [{"to": [{"email": address}], "custom_args": {"mail_id": "m-1"}}],
        "from": {"email": ADMIN, "name": "Site Admin"},
        "subject": "Welcome",
        "content": [{"type": "text/plain", "value": "Hello"}, {"type": "text/html", "value": "<p>Hello</p>"}],
        **more,
    }


def message_to(address: str = "new@example.org", sender: str = ADMIN) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Ada <{sender}>", address, "Grüße"
    message.set_content("Hällo\n")
    message.add_alternative("<p>Hällo</p>", subtype="html")
    return message
