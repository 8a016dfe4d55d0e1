"""Reads of the extensions, always of one organization."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from devices.models import Device
from devices.queries import starting_with
from extensions.core import registry
from extensions.core.contract import Manifest
from extensions.core.models import ConnectionCheck, ExtensionConfig, Health, Operation
from extensions.core.presenting import HEALTH_TONES
from extensions.core.targets import CONFIGURATION_KEY
from extensions.core.words import HEALTH_ICONS, UNHEALTHY
from iotdash.lib.lists import Count, bounded_count
from iotdash.organizations.models import Organization


@dataclass(frozen=True)
class ConfigurationView:
    """A configuration as tiles and pages show it. `devices` are those configured for it."""

    config: ExtensionConfig
    manifest: Manifest
    devices: Count
    waiting: int

    @property
    def health(self) -> Health:
        return self.config.state

    @property
    def tone(self) -> str:
        return HEALTH_TONES[self.health]

    @property
    def icon(self) -> str:
        return HEALTH_ICONS[self.health]

    @property
    def reason(self) -> str:
        """Why it is as it is, in words; empty when there is nothing to say."""
        if self.config.paused_at:
            return f"Paused by {self.config.paused_by}. Nothing is asked of the service until it is resumed."
        return "" if self.health == Health.CONNECTED else self.config.health_reason

    @property
    def changes(self) -> bool:
        """Whether it may look different soon without anybody doing something on this page."""
        return self.health in UNHEALTHY or bool(self.waiting)


def configurations(organization: Organization) -> QuerySet[ExtensionConfig]:
    """Present configurations of installed extensions, by extension, the default first."""
    present = ExtensionConfig.objects.present().filter(organization=organization, slug__in=registry.manifests())
    return present.select_related("lane", "organization").order_by("slug", "-is_default", "name")


def configuration(organization: Organization, config_id: int) -> ExtensionConfig:
    """Raises ExtensionConfig.DoesNotExist."""
    return configurations(organization).get(pk=config_id)


def view_of(config: ExtensionConfig) -> ConfigurationView:
    waiting = config.operations.filter(settled_at=None).count()
    devices = bounded_count(devices_of(config))
    return ConfigurationView(config, registry.manifest(config.slug), devices, waiting)


def devices_of(config: ExtensionConfig) -> QuerySet[Device]:
    """Devices whose configuration has a part for this configuration: by its name, or by none if it is the default."""
    manifest = registry.manifest(config.slug)
    if not manifest.device_key:
        return Device.objects.none()
    part = f"configuration__document__{manifest.device_key}"
    named = f"{part}__{CONFIGURATION_KEY}"
    mine = Q(**{named: config.name})
    if config.is_default:
        mine |= Q(**{f"{named}__isnull": True})
    return configured_for(config.organization.devices.all(), manifest).filter(mine)


def configured_for(devices: QuerySet[Device], manifest: Manifest) -> QuerySet[Device]:
    """Devices whose configuration has the extension's key. By identifier where there is one: that is indexed."""
    if manifest.subject_field:
        return devices.filter(identifiers__key=f"{manifest.device_key}.{manifest.subject_field}")
    return devices.filter(configuration__document__has_key=manifest.device_key)


def naming(config: ExtensionConfig) -> QuerySet[Device]:
    """Devices whose configuration names this configuration, so that a new name would lose them."""
    key = registry.manifest(config.slug).device_key
    path = f"configuration__document__{key}__{CONFIGURATION_KEY}"
    return config.organization.devices.filter(**{path: config.name}) if key else Device.objects.none()


def sharing(config: ExtensionConfig) -> int:
    """How many other organizations use the same account. Never which."""
    others = ExtensionConfig.objects.present().filter(lane=config.lane).exclude(organization=config.organization)
    return others.values("organization").distinct().count()


def check_of(organization: Organization, check_id: UUID | str | None, **exact: Any) -> ConnectionCheck | None:
    """A connection check of the organization; None when it was forgotten."""
    if not check_id:
        return None
    checks = ConnectionCheck.objects.filter(organization=organization, **exact)
    return checks.select_related("config").filter(public_id=check_id).first()


def last_check(config: ExtensionConfig) -> ConnectionCheck | None:
    """The newest check of the stored settings that is still remembered."""
    return config.checks.order_by("-asked_at").first()


def operations(
    organization: Organization, prefix: str = "", exact: Mapping[str, str] | None = None
) -> QuerySet[Operation]:
    """Operations of the organization. `prefix`: how device id or subject begin; `exact`: values of fields."""
    found = Operation.objects.filter(organization=organization, **(exact or {})).select_related("config")
    if prefix:
        found = found.filter(starting_with("subject", prefix) | starting_with("device_id_copy", prefix))
    return found


def operation(organization: Organization, public_id: UUID) -> Operation:
    """Raises Operation.DoesNotExist."""
    found = Operation.objects.filter(organization=organization)
    return found.select_related("config", "device__device_type").get(public_id=public_id)


def by_health(views: Iterable[ConfigurationView]) -> list[ConfigurationView]:
    """Those that need attention first; else as they come."""
    return sorted(views, key=lambda view: view.health not in UNHEALTHY)
