"""What SIMs give to the device list: a column with the state, and a filter by it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from devices.facets import FacetColumn, FacetFilter, Section
from devices.models import Device
from extensions.core.models import ExtensionConfig
from extensions.sims.contract import SimState
from extensions.sims.models import Sim
from extensions.sims.sync import timing
from extensions.sims.templatetags.sims import state_tone
from iotdash.lib.lists import Condition
from iotdash.lib.templatetags.ui import badge, known
from iotdash.organizations.models import Organization

MISSING, STALE = "unknown-to-carrier", "stale"


class SimFacet:
    name = "sims"
    related = ()

    def columns(self, organization: Organization) -> Sequence[FacetColumn]:
        return [FacetColumn("sim", "SIM state", _cell, text=state_text)]

    def filters(self, organization: Organization) -> Sequence[FacetFilter]:
        states = tuple((state.value, state.value) for state in SimState)
        return [FacetFilter("sim", "SIM state", (*states, (MISSING, "Unknown to the carrier"), (STALE, "Stale")))]

    def condition(self, organization: Organization, name: str, value: str) -> Condition:
        here = _showing(Sim.objects.filter(device=OuterRef("pk")), value)
        found = _showing(organization.sims.filter(device__isnull=False), value)
        return Condition(Exists(here), found, key="device_id")

    def serialise_many(self, devices: Sequence[Device]) -> Mapping[int, Mapping[str, Any]]:
        sims = Sim.objects.filter(device__in=[device.pk for device in devices]).order_by("pk").select_related("config")
        sims = sims.only("device_id", "state", "missing_since", "fetched_at", "config__slug")
        return {sim.device_id: {"sim": sim} for sim in sims}

    def sections(self, request: Any, device: Device) -> Sequence[Section]:
        return []

    def importing(self, organization: Organization) -> None:
        """SIMs come to devices by the devices' configuration."""

    def forget(self, device: Device) -> None:
        """Its SIMs are unlinked as those of every device whose configuration is cleared."""


def _showing(sims: QuerySet[Sim], value: str) -> QuerySet[Sim]:
    if value == MISSING:
        return sims.filter(missing_since__isnull=False)
    return timing.stale(sims) if value == STALE else sims.filter(state=value)


def _cell(sim: Sim | None) -> SafeString:
    return state_cell(sim, sim.config) if sim else known(None)


def state_text(sim: Sim | None) -> str:
    """What a file has there; whether it is stale is told by when it was fetched."""
    if sim is None:
        return ""
    return "Unknown to the carrier" if sim.missing_since else sim.state or ""


def state_cell(sim: Sim, config: ExtensionConfig) -> SafeString:
    """`config` is that of the SIM."""
    if sim.missing_since:
        return badge("Unknown to the carrier", "danger")
    state = badge(sim.state, state_tone(sim.state)) if sim.state else badge("Not fetched yet")
    return format_html("{} {}", state, badge("Stale", "warning")) if timing.is_stale(sim, config) else state
