"""Where a person is signed in: allauth keeps a row for each session, here they are shown and ended."""

import time
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import DatabaseError, transaction
from django.http import HttpRequest

from iotdash.accounts.addresses import address_of
from iotdash.accounts.models import User
from iotdash.audit.services import Source, record

SEEN_AT = "seen_at"
# Noting every request would cost each of them a write.
NOTED_EVERY_SECONDS = 600


@dataclass(frozen=True)
class OwnSession:
    """One row of the list. `browser` is in words, "" if it cannot be told."""

    pk: int
    browser: str
    address: str
    since: datetime
    seen_at: datetime
    current: bool


def listed(request: HttpRequest) -> list[OwnSession]:
    """The person's sessions that still work, this one first, then the last seen."""
    rows = UserSession.objects.purge_and_list(request.user)
    found = [_shown(row, request.session.session_key) for row in rows]
    return sorted(found, key=lambda each: (each.current, each.seen_at), reverse=True)


def note_seen(request: HttpRequest) -> None:
    """Ten minutes apart. It must not fail a request that went well."""
    now = int(time.time())
    lately = now - request.session.get(SEEN_AT, 0) < NOTED_EVERY_SECONDS
    if lately or request.session.session_key is None or address_of(request) is None:
        return
    request.session[SEEN_AT] = now
    try:
        with transaction.atomic():
            UserSession.objects.create_from_request(request)
    except DatabaseError:
        return


def end(request: HttpRequest, pk: int) -> bool:
    """Ends one of the person's other sessions, at once. False if there is none such."""
    row = UserSession.objects.filter(user=request.user, pk=pk).exclude(session_key=request.session.session_key).first()
    if row is None:
        return False
    _end([row], request)
    return True


def end_others(request: HttpRequest) -> int:
    """Ends all but this session; how many."""
    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    return _end(list(others), request)


def end_all(user: User) -> int:
    """Signs a person out everywhere."""
    return _ended(list(UserSession.objects.filter(user=user)))


@transaction.atomic
def _end(rows: list[UserSession], request: HttpRequest) -> int:
    count = _ended(rows)
    if count:
        source = Source(actor=request.user.email, address=address_of(request))
        record(source, "sessions ended", "person", request.user.email, count=count)
    return count


def _ended(rows: list[UserSession]) -> int:
    for row in rows:
        row.end()
    return len(rows)


def _shown(row: UserSession, current: str) -> OwnSession:
    browser = browser_words(row.user_agent)
    return OwnSession(row.pk, browser, row.ip, row.created_at, row.last_seen_at, row.session_key == current)


def browser_words(user_agent: str) -> str:
    """As "Firefox on Linux"; "" for what nobody can tell."""
    # Its table of patterns takes a while to load, and hardly any process needs it.
    from ua_parser import parse

    known = parse(user_agent)
    parts = (known.user_agent, known.os)
    return " on ".join(part.family for part in parts if part)
