"""The link in a site mail by which somebody proves an address."""

from datetime import datetime

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from iotdash.accounts.models import User
from iotdash.lib.public_address import public_address


class ProofTokens(PasswordResetTokenGenerator):
    """A token ends with its first use, after PASSWORD_RESET_TIMEOUT, and when address or password change."""

    key_salt = "iotdash.accounts.proving"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        proved: datetime | str = user.address_proved_at or ""
        return f"{user.pk} {user.email} {user.password} {proved} {timestamp}"


_tokens = ProofTokens()
proves = _tokens.check_token


def link_of(user: User) -> str:
    """The address to open."""
    return public_address("open_address_proof", token=_tokens.make_token(user))
