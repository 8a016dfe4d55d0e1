"""Posts what waits, signed by the account's shared secret (specification section 8)."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, tostring

from extensions.core.contract.sandboxing.posting import Post

from ..dates import iso_date
from ..soap.names import SCHEMA
from . import queue
from .model import BAD_SIGNATURE, JSON, OLD_TIMESTAMP, Push, Rule

if TYPE_CHECKING:
    from ..state import State

OLD = timedelta(hours=1)
_TYPES = {JSON: "application/json", "form": "application/x-www-form-urlencoded"}


def sign(secret: str, timestamp: str, algorithm: Callable[[], object] = hashlib.sha256) -> str:
    """Base64 of the HMAC over the text of the timestamp."""
    return b64encode(hmac.new(secret.encode(), timestamp.encode(), algorithm).digest()).decode()


def xml_of(push: Push) -> str:
    root = Element(push.root, {"xmlns": SCHEMA})
    for name, text in push.fields.items():
        SubElement(root, name).text = text
    return tostring(root, "unicode")


def body_of(push: Push, rule: Rule, now: datetime) -> tuple[bytes, str]:
    """What is posted, and its content type. The signatures cover nothing but the timestamp."""
    timestamp = iso_date(now - OLD if push.way == OLD_TIMESTAMP else now)
    secret = f"not {rule.secret}" if push.way == BAD_SIGNATURE else rule.secret
    known = {
        "eventId": push.event_id,
        "eventType": push.event_type,
        "timestamp": timestamp,
        "signature": sign(secret, timestamp, hashlib.sha1),
        "signature2": sign(secret, timestamp),
    }
    kind = push.body or rule.body
    if kind == JSON:
        return json.dumps(known | {"data": dict(push.fields)}).encode(), _TYPES[kind]
    return urlencode(known | {"data": xml_of(push)}).encode(), _TYPES[kind]


class Sender:
    """Each call of `post_due` makes one post at most."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._post = Post()

    def post_due(self) -> int:
        """How many pushes were tried."""
        if not self._state.push_rules():
            return 0
        now = self._state.settle()
        with self._state.store.read() as db:
            push = queue.first_due(db, now)
            rule = queue.rule_of(db, push.account_id) if push else None
        if push is None or rule is None:
            return 0
        # By this machine's own clock, for whoever receives it checks its age by that.
        body, kind = body_of(push, rule, self._state.clock())
        status, words = self._post(rule.url, body, {"Content-Type": kind})
        with self._state.store.write() as db:
            queue.note(db, push, status, words, now)
        return 1
