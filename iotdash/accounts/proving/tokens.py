"""The link in a site mail by which somebody proves an address."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from iotdash.accounts.models import User


class ProofTokens(PasswordResetTokenGenerator):
    """A token ends with its first use, after PASSWORD_RESET_TIMEOUT, and when address or password change."""

    key_salt = "iotdash.accounts.proving"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        proved: datetime | str = user.address_proved_at or ""
        return f"{user.pk} {user.email} {user.password} {proved} {timestamp}"


_tokens = ProofTokens()
proves = _tokens.check_token


def link_of(user: User) -> str:
    """The address to open, below PUBLIC_URL: a request's Host header is what somebody else says."""
    path = reverse("open_address_proof", kwargs={"token": _tokens.make_token(user)})
    return settings.PUBLIC_URL.rstrip("/") + path
