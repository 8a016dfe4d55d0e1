"""Whether somebody has a second factor, and whether this session has used it."""

import time
from datetime import timedelta

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from iotdash.accounts.models import User

# How long support staff may work before the second factor is asked for again.
LASTS = timedelta(hours=12)


def has_second_factor(user: User) -> bool:
    """An authenticator app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def second_factor_used(request: HttpRequest) -> bool:
    """In this session, within the last 12 hours; one that was removed since does not count."""
    used = [record["id"] for record in _records(request, LASTS.total_seconds()) if record["method"] == "mfa"]
    return bool(used) and Authenticator.objects.filter(user_id=request.user.pk, pk__in=used).exists()


def signed_in_just_now(request: HttpRequest) -> bool:
    """Within allauth's five minutes, by a second factor where the person has one."""
    methods = {record["method"] for record in _records(request, app_settings.REAUTHENTICATION_TIMEOUT)}
    return "mfa" in methods or (bool(methods) and not has_second_factor(request.user))


def _records(request: HttpRequest, seconds: float) -> list[dict]:
    """How the person proved who they are: `method`, `at`, and for a second factor its `id`."""
    now = time.time()
    return [each for each in get_authentication_records(request, request.user) if now - each["at"] < seconds]
