"""A token that was just made waits here for the page that shows it: once, encrypted in the session."""

import time

from django.http import HttpRequest

from iotdash.lib import crypto

WITHIN_SECONDS = 600


def keep(request: HttpRequest, kind: str, owner: int, token: str) -> None:
    """`owner` is the primary key of what it opens. One of a kind at a time."""
    request.session[kind] = crypto.encrypt_json([owner, token, time.time()])


def take(request: HttpRequest, kind: str, owner: int) -> str:
    """The token that waits for this owner, "" if there is none; it does not wait any longer then."""
    waiting = request.session.pop(kind, None)
    if waiting is None:
        return ""
    try:
        kept_for, token, made_at = crypto.decrypt_json(waiting)
    except crypto.CryptoError:
        return ""
    return token if kept_for == owner and time.time() - made_at < WITHIN_SECONDS else ""
