"""What a connection check found, as the page shows it while it polls."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from extensions.core import registry
from extensions.core.models import ConnectionCheck
from extensions.core.words import error_title

SLOW_AFTER = timedelta(seconds=10)


def outcome_context(check: ConnectionCheck | None) -> dict[str, Any]:
    """`check` is None before anything was asked."""
    if check is None:
        return {"check": None}
    return {
        "check": check,
        "proved": check.state == ConnectionCheck.State.PROVED,
        "slow": check.pending and timezone.now() - check.asked_at > SLOW_AFTER,
        "title": error_title(check.error) if check.error else "Nothing was asked",
        "service": registry.manifest(check.slug).service_name,
    }
