"""What a configuration's page shows of synchronisation. Rows only."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from extensions.core.models import STANDING_STILL, ExtensionConfig
from extensions.sims import allowances, messages
from extensions.sims.models import Sim, Synchronisation
from extensions.sims.sync import asking, timing
from extensions.sims.sync.sources import lists_sims
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import OPERATE

TEMPLATE = "sims/synchronisation.html"


def render(request: HttpRequest, config: ExtensionConfig) -> tuple[str, Mapping[str, Any]] | None:
    """Template and context; None for a carrier that does not list its SIMs."""
    if not lists_sims(config):
        return None
    state = Synchronisation.objects.filter(config=config).first()
    shown = {
        "sync": state,
        "sims": counts(config),
        "has_messages": messages.sends(config, asking.provider_of(config)),
        "has_allowances": allowances.has_allowances(asking.provider_of(config)),
        "may_operate": _may(request),
    }
    return TEMPLATE, shown | _progress(config, state)


def counts(config: ExtensionConfig) -> dict[str, int]:
    """SIMs of the account; those of devices, those not heard of lately, those that the carrier does not know."""
    mine = Sim.objects.filter(config=config)
    return {
        "all": mine.filter(missing_since=None).count(),
        "of_devices": mine.filter(device__isnull=False).count(),
        "stale": timing.stale(mine).count(),
        "missing": mine.filter(missing_since__isnull=False).count(),
        "to_refresh": mine.filter(refresh_due=True).count(),
    }


def _may(request: HttpRequest) -> bool:
    return may(request.membership, OPERATE, request.organization)


def _progress(config: ExtensionConfig, state: Synchronisation | None) -> dict[str, Any]:
    runs = bool(state and state.running)
    standing_still = config.state in STANDING_STILL or not config.proved_at
    seen = Sim.objects.filter(config=config, listed_in__gte=state.first_pass).count() if runs else 0
    due = state is None or state.next_at <= timezone.now()
    return {
        "sync_runs": runs,
        "sync_due": due,
        "what": _what(state),
        "seen": seen,
        "standing_still": standing_still,
        "slow": timing.between_changes(timing.pace_of(config)) > timing.INCOMPLETE_FOR,
    }


def _what(state: Synchronisation | None) -> str:
    first = state is None or state.inventory_at is None
    return "First inventory" if first else state.get_running_display()
