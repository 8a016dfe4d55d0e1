"""A made-up service that sends events by itself, and a capability that does with them what a test's script says.

A message is a JSON list of `{"id": …, …}` and the header `X-Proof`, an HMAC of the bytes under the configuration's key.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from extensions.core import inbound, registry, tasks
from extensions.core.contract import Forged, Inbound, InboundRecord, Malformed
from extensions.core.models import ExtensionConfig, InboundEvent
from extensions.core.services import configurations
from extensions.sims.capability import SimCapability
from tests.extensions import meterco


def proof(body: bytes, key: str = meterco.SETTINGS["key"]) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def parse(method, headers, body, settings) -> list[InboundRecord]:
    if not hmac.compare_digest(headers.get("x-proof", ""), proof(body, settings["key"])):
        raise Forged("The proof is not that of the key.")
    if not body.startswith(b"["):
        raise Malformed("It is not a list.")
    return [_record(each) for each in json.loads(body)]


def _record(told: dict[str, Any]) -> InboundRecord:
    at = datetime.fromtimestamp(told["at"], UTC) if "at" in told else None
    return InboundRecord(told["id"], {"said": told.get("said", "")}, at)


def guide(address, settings) -> list[tuple[str, str]]:
    return [("Callback address", address), ("Format", f"JSON, for the user {settings['user']}")]


class Receiving(SimCapability):
    """`told` is what came, in order. `broken` keys cannot be processed, `before` is called for each."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.broken: set[str] = set()
        self.before: Callable[[], None] = lambda: None

    def receive(self, config: ExtensionConfig, records) -> None:
        # Its effect is a row, which a rollback takes back.
        ExtensionConfig.objects.filter(pk=config.pk).update(proof=records[-1].key)
        for record in records:
            self.before()
            if record.key in self.broken:
                raise ValueError(record.key)
        self.told += [(record.key, record.payload["said"]) for record in records]

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.told]


@pytest.fixture
def receiving(monkeypatch) -> Receiving:
    capability = Receiving()
    monkeypatch.setitem(registry._capabilities, "sims", capability)
    return capability


@pytest.fixture
def tasks_sent(monkeypatch) -> list[int]:
    """Configurations whose events are to be processed; nothing goes to a broker."""
    sent: list[int] = []
    monkeypatch.setattr(tasks.process_inbound, "apply_async", lambda args, **_: sent.append(*args))
    return sent


@pytest.fixture
def service(organization, source, monkeypatch, receiving, tasks_sent) -> ExtensionConfig:
    """A configuration of the service."""
    manifest = meterco.manifest(meterco.Scripted(), inbound=Inbound(parse, guide))
    monkeypatch.setitem(registry._manifests, "meterco", manifest)
    return configurations.add(organization, manifest, "Main account", meterco.SETTINGS, source)


@pytest.fixture
def hook_path(service) -> str:
    return path_of(service)


def path_of(config: ExtensionConfig) -> str:
    return "/" + inbound.address_of(config).split("/", 3)[3]


def message(*told: Any) -> bytes:
    """With CR LF at its end, as some services send it."""
    return json.dumps([each if isinstance(each, dict) else {"id": each} for each in told]).encode() + b"\r\n"


def send(path: str, body: bytes, *, key: str = meterco.SETTINGS["key"], client: Client | None = None, **headers):
    """Signed with the key; `headers` as of the test client."""
    client = client or Client(raise_request_exception=False)
    known = {"HTTP_X_PROOF": proof(body, key), "content_type": "application/json"}
    return client.post(path, body, **(known | headers))


def kept() -> list[str]:
    return list(InboundEvent.objects.order_by("pk").values_list("key", flat=True))
