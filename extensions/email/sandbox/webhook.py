"""Posts signed events to the webhook (specification section 3), from a thread of the process that serves."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from . import events
from .events import Event
from .identity import new_key
from .settings import Settings
from .state import State

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 3600
LAST_TRY = 12
_TIMEOUTS_S = (2, 5)
_POLL_S = 0.1


def body_of(posted: Sequence[Event]) -> bytes:
    """An array with an event on each line. It ends with CR LF, which the signature covers."""
    return ("[" + ",\r\n".join(json.dumps(event.body) for event in posted) + "]\r\n").encode()


def sign(key: ec.EllipticCurvePrivateKey, timestamp: str, body: bytes) -> str:
    """Base64 of the DER signature over timestamp and body."""
    return b64encode(key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


class Poster:
    """Posts what waits; each call of `post_due` makes one post at most, or two where duplicates are asked for."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._session = requests.Session()
        self._session.trust_env = False
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
        body, timestamp = body_of(waiting), str(int(now))
        key = self._stranger if settings.webhook_forged else self._state.identity.signing_key
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "SendGrid Event API",
            SIGNATURE: sign(key, timestamp, body),
            TIMESTAMP: timestamp,
        }
        try:
            for _ in range(2 if settings.webhook_duplicates else 1):
                answer = self._session.post(
                    settings.webhook_url, body, headers=headers, timeout=_TIMEOUTS_S, allow_redirects=False
                )
        except requests.RequestException as error:
            return 0, type(error).__name__
        return answer.status_code, f"{answer.status_code} {answer.reason}"

    def _note(self, posted: list[Event], status: int, words: str) -> None:
        """Anything but 5xx and silence is the end of it."""
        tries = max(event.tries for event in posted)
        again = (status == 0 or status >= 500) and tries < LAST_TRY
        state = events.WAITING if again else events.SENT if 200 <= status < 300 else events.FAILED
        pause = min(FIRST_PAUSE_S * 2**tries, LONGEST_PAUSE_S)
        with self._state.store.write() as db:
            events.note(db, posted, state, self._state.now() + pause, words)


@contextmanager
def posting(state: State) -> Iterator[None]:
    """Posts for as long as the block lasts."""
    stop, poster = threading.Event(), Poster(state)

    def run() -> None:
        while not stop.is_set():
            if not poster.post_due():
                stop.wait(_POLL_S)

    thread = threading.Thread(target=run, name="webhook", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
