"""Posts signed events to the webhook (specification section 3), from a thread of the process that serves."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from extensions.core.contract.sandboxing.posting import Post

from . import events
from .events import Event
from .identity import new_key
from .settings import Settings
from .state import State

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 3600
LAST_TRY = 12


def body_of(posted: Sequence[Mapping[str, Any]]) -> bytes:
    """An array with an event on each line. It ends with CR LF, which the signature covers."""
    return ("[" + ",\r\n".join(json.dumps(event) for event in posted) + "]\r\n").encode()


def sign(key: ec.EllipticCurvePrivateKey, timestamp: str, body: bytes) -> str:
    """Base64 of the DER signature over timestamp and body."""
    return b64encode(key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


class Poster:
    """Posts what waits; each call of `post_due` makes one post at most, or two where duplicates are asked for."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._send = Post()
        self._stranger = new_key()

    def post_due(self) -> int:
        """How many events were posted."""
        now, settings = self._state.settle(), self._state.settings
        if not settings.webhook_url:
            return 0
        with self._state.store.read() as db:
            waiting = events.to_post(db, now, reversed_order=settings.webhook_reversed)
        if waiting:
            self._note(waiting, *self._post(waiting, now, settings))
        return len(waiting)

    def _post(self, waiting: list[Event], now: float, settings: Settings) -> tuple[int, str]:
        """Status, 0 if there was none, and words."""
        body, timestamp = body_of([event.body for event in waiting]), str(int(now))
        key = self._stranger if settings.webhook_forged else self._state.identity.signing_key
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "SendGrid Event API",
            SIGNATURE: sign(key, timestamp, body),
            TIMESTAMP: timestamp,
        }
        if settings.webhook_duplicates:
            self._send(settings.webhook_url, body, headers)
        return self._send(settings.webhook_url, body, headers)

    def _note(self, posted: list[Event], status: int, words: str) -> None:
        """Anything but 5xx and silence is the end of it."""
        tries = max(event.tries for event in posted)
        again = (status == 0 or status >= 500) and tries < LAST_TRY
        state = events.WAITING if again else events.SENT if 200 <= status < 300 else events.FAILED
        pause = min(FIRST_PAUSE_S * 2**tries, LONGEST_PAUSE_S)
        with self._state.store.write() as db:
            events.note(db, posted, state, self._state.now() + pause, words)
