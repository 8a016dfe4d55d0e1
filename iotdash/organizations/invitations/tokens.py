"""The link of an invitation. It is signed, computed when it is needed, and kept nowhere.

The signature makes it unforgeable; the row makes it single-use, revocable and expiring: whoever reads a token must
still look whether its invitation is pending, has this version, and has not expired.
"""

from typing import NamedTuple
from uuid import UUID

from django.core import signing

from iotdash.lib.public_address import public_address
from iotdash.organizations.models import Invitation

_SALT = "invitation"


class Token(NamedTuple):
    """What a token says: which invitation, which version of its link, and whether a member copied the link by hand."""

    invitation_id: UUID
    version: int
    by_hand: bool


def token_of(invitation: Invitation, by_hand: bool = False) -> str:
    """The same text each time, for one version of an invitation and one SECRET_KEY."""
    said = {"i": str(invitation.pk), "v": invitation.token_version}
    return _signer().sign_object(said | {"h": 1} if by_hand else said)


def read(token: str) -> Token | None:
    """None for anything that this installation did not sign; former keys count (SECRET_KEY_FALLBACKS)."""
    try:
        said = _signer().unsign_object(token)
    except signing.BadSignature:
        return None
    return Token(UUID(said["i"]), said["v"], bool(said.get("h")))


def link_of(invitation: Invitation, by_hand: bool = False) -> str:
    """The address to open."""
    return public_address("join", token=token_of(invitation, by_hand))


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT)
