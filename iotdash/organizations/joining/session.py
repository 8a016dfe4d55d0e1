"""The invitation whose link was opened in this browser.

Not the link itself is kept, but what it says: sessions are rows, and whoever reads them finds no link that works.
"""

from uuid import UUID

from django.http import HttpRequest

from iotdash.organizations.invitations.tokens import Token

_KEY = "invitation"


def remember(request: HttpRequest, opened: Token) -> None:
    request.session[_KEY] = [str(opened.invitation_id), opened.version, opened.by_hand]


def opened(request: HttpRequest) -> Token | None:
    if _KEY not in request.session:
        return None
    invitation_id, version, by_hand = request.session[_KEY]
    return Token(UUID(invitation_id), version, by_hand)


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
