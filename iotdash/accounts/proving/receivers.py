"""A completed password reset proves the address: its link comes by site mail only."""

from typing import Any

from allauth.account.signals import password_reset
from django.dispatch import receiver
from django.http import HttpRequest

from iotdash.accounts.addresses import address_of
from iotdash.accounts.models import User
from iotdash.accounts.proving.services import prove_by_reset
from iotdash.audit.services import Source


@receiver(password_reset)
def reset(request: HttpRequest, user: User, **kwargs: Any) -> None:
    prove_by_reset(Source(actor=user.email, address=address_of(request)), user)
