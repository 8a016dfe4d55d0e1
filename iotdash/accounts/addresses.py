"""Where a request comes from."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The network address for the activity log, the same that sign-in throttling counts; None if unknown.

    Forwarded addresses count only with ALLAUTH_TRUSTED_PROXY_COUNT.
    """
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return None
