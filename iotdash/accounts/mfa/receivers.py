"""What follows when a second factor comes or goes."""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django.dispatch import receiver
from django.http import HttpRequest

from iotdash.accounts.addresses import address_of
from iotdash.accounts.models import User
from iotdash.audit.services import Source, record

WORDS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


@receiver(signals.authenticator_added)
def added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever sets one up has just proved to hold it, so it is not asked for again at once."""
    _note(request, user, authenticator, "added")
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        post_authentication(request, authenticator, reauthenticated=True)


@receiver(signals.authenticator_removed)
def removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note(request, user, authenticator, "removed")


@receiver(signals.authenticator_reset)
def reset(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note(request, user, authenticator, "replaced")


def _note(request: HttpRequest, user: User, authenticator: Authenticator, what: str) -> None:
    source = Source(actor=user.email, address=address_of(request))
    record(source, f"{WORDS[authenticator.type]} {what}", "person", user.email)
