"""What a configuration's page shows of synchronisation. Rows only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from extensions.core.lanes import meter
from extensions.core.models import STANDING_STILL, ExtensionConfig
from extensions.sims import messages
from extensions.sims.contract import Quota
from extensions.sims.models import Sim, Synchronisation
from extensions.sims.sync import asking, timing
from extensions.sims.sync.sources import lists_sims
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import OPERATE

TEMPLATE = "sims/synchronisation.html"
# Percent of a quota from which people are warned.
NEARLY_SPENT = 80


def render(request: HttpRequest, config: ExtensionConfig) -> tuple[str, Mapping[str, Any]] | None:
    """Template and context; None for a carrier that does not list its SIMs."""
    if not lists_sims(config):
        return None
    state = Synchronisation.objects.filter(config=config).first()
    sims = counts(config)
    known = {"sync": state, "sims": sims, "quota": quota_of(config, sims["all"])}
    shown = known | {"has_messages": messages.sends(config, asking.provider_of(config)), "may_operate": _may(request)}
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


@dataclass(frozen=True)
class QuotaUsed:
    """Calls of the whole account that this server made, beside what the account may make. `share` in percent."""

    quota: Quota
    used: int

    @property
    def share(self) -> int:
        return round(100 * self.used / self.quota.allowed)

    @property
    def nearly_spent(self) -> bool:
        return self.share >= NEARLY_SPENT


def quota_of(config: ExtensionConfig, sims: int) -> QuotaUsed | None:
    """None for a carrier that does not count calls."""
    quota = asking.provider_of(config).quota(config.settings, sims, timezone.now())
    return quota and QuotaUsed(quota, meter.calls_since(config.lane, quota.begins))


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
