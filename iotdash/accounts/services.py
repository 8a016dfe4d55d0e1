"""Writes about people."""

import secrets

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from iotdash.accounts.models import User
from iotdash.audit.services import Source, record


@transaction.atomic
def create_person(
    source: Source, email: str, password: str | None = None, *, name: str = "", address_proved: bool = True
) -> tuple[User, str | None]:
    """A new person, and the password made for them if none was given (it is stored nowhere in clear).

    `address_proved`: whoever runs this installation vouches for the address; not for somebody who was only invited.
    Raises ValidationError for a bad address, one that is taken, or a weak password.
    """
    generated = None if password else secrets.token_urlsafe(12)
    user = User(email=email.strip().lower(), name=name, address_proved_at=timezone.now() if address_proved else None)
    user.set_password(password or generated)
    user.full_clean()
    validate_password(password or generated, user)
    user.save()
    record(source, "person added", "person", user.email)
    return user, generated


@transaction.atomic
def change_profile(source: Source, user: User, *, name: str, time_zone: str) -> None:
    """Saves how a person is called and where their times are shown."""
    user.name, user.time_zone = name, time_zone
    user.save(update_fields=["name", "time_zone"])
    record(source, "profile changed", "person", user.email)


def remove_second_factors(user: User) -> int:
    """For somebody who lost them all: the password alone signs in again. How many there were."""
    removed, _ = Authenticator.objects.filter(user=user).delete()
    return removed
