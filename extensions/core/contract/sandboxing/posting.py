"""Posting by itself, as services do that tell of events: to this machine only, from a thread beside the server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests

from .problems import Unusable

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_TIMEOUTS_S = (2, 5)
_POLL_S = 0.1


class Post:
    """Posts over one session, and follows no redirects."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Status, 0 if there was none, and words."""
        try:
            answer = self._session.post(url, body, headers=headers, timeout=_TIMEOUTS_S, allow_redirects=False)
        except requests.RequestException as error:
            return 0, type(error).__name__
        return answer.status_code, f"{answer.status_code} {answer.reason}"


def address(name: str, text: str) -> str:
    """Nothing leaves this machine. Unusable for an address elsewhere; empty for nowhere."""
    parts = urlsplit(text.strip())
    if text.strip() and (parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK):
        raise Unusable(f"{name} is an http address on this machine, such as http://127.0.0.1:8000/….")
    return text.strip()


@contextmanager
def posting(post_due: Callable[[], int]) -> Iterator[None]:
    """Calls `post_due` for as long as the block lasts; it says how much it posted, and 0 makes a pause."""
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            if not post_due():
                stop.wait(_POLL_S)

    thread = threading.Thread(target=run, name="posting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
