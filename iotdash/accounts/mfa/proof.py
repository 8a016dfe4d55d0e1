"""Whether somebody has a second factor, and whether this session has used it."""

import time
from datetime import timedelta

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.http import HttpRequest

from iotdash.accounts.models import User

# How long support staff may work before the second factor is asked for again.
LASTS = timedelta(hours=12)
WHOLE_SESSION = timedelta.max


def second_factors() -> QuerySet[Authenticator]:
    """Authenticator apps and passkeys; recovery codes alone are none."""
    return Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)


def has_second_factor(user: User) -> bool:
    return second_factors().filter(user=user).exists()


def second_factor_used(request: HttpRequest, within: timedelta = LASTS) -> bool:
    """In this session and that long ago at most; one that was removed since does not count."""
    used = [record["id"] for record in _records(request, within.total_seconds()) if record["method"] == "mfa"]
    return bool(used) and Authenticator.objects.filter(user_id=request.user.pk, pk__in=used).exists()


def signed_in_just_now(request: HttpRequest) -> bool:
    """Within allauth's five minutes, by a second factor where the person has one."""
    methods = {record["method"] for record in _records(request, app_settings.REAUTHENTICATION_TIMEOUT)}
    return "mfa" in methods or (bool(methods) and not has_second_factor(request.user))


def _records(request: HttpRequest, seconds: float) -> list[dict]:
    """How the person proved who they are: `method`, `at`, and for a second factor its `id`."""
    now = time.time()
    return [each for each in get_authentication_records(request, request.user) if now - each["at"] < seconds]


def url_to_prove(user: User) -> str:
    """Where somebody who is signed in uses the second factor again; it leads on to `next`."""
    return get_adapter().get_reauthentication_methods(user)[0]["url"]
