"""Limits of how often something is tried, counted in the cache that all processes share. The rates are settings."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest


def exceeded(request: HttpRequest, action: str, *, count: bool = True) -> bool:
    """Whether this was tried too often: `action` is a key of ACCOUNT_RATE_LIMITS. Unless `count`, it only looks."""
    usage = ratelimit.consume(request, app="allauth.account", action=action, limit_get=True, dry_run=not count)
    return usage is None


too_many = ratelimit.respond_429
