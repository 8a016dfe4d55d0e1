"""Tokens of API keys: known once, stored as a keyed digest."""

import re
import secrets
import string

from django.utils import timezone

from iotdash.lib.crypto import check_token, hash_token
from iotdash.organizations.models import ApiKey

# 24 characters of 62 carry 142 random bits; none of them means something to a shell or in an address.
LENGTH = 24
_ALPHABET = string.ascii_letters + string.digits
_FORM = re.compile(rf"[A-Za-z0-9]{{{LENGTH}}}")
# Of no token: so that an unknown key takes as long as a wrong token.
NO_DIGEST = "0" * 64


def new_token() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def digest_of(token: str) -> str:
    return hash_token(token)


def fits(token: str, digest: str) -> bool:
    """In the same time whatever is wrong with it."""
    return check_token(token if _FORM.fullmatch(token) else "", digest)


def redigest() -> str:
    """After the digest key was lost: a digest cannot be worked out anew without the token."""
    lost = {"revoked_at": timezone.now(), "revoked_by": "the loss of the digest key"}
    count = ApiKey.objects.filter(revoked_at=None).update(**lost)
    return f"API keys: {count} are revoked, for they would be refused. Make new ones on the pages of API keys."
