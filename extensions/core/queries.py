"""Reads of the extensions, always of one organization."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from devices.conditions import of_devices
from devices.models import Device, DeviceIdentifier
from devices.queries import starting_with
from extensions.core import registry
from extensions.core.contract import Manifest, ProviderError, Quota
from extensions.core.guard import guarded
from extensions.core.lanes import call_history, meter
from extensions.core.models import ConnectionCheck, Exchange, ExtensionConfig, Health, Operation, SettingsDraft
from extensions.core.presenting import HEALTH_TONES
from extensions.core.targets import CONFIGURATION_KEY
from extensions.core.words import HEALTH_ICONS, PASSING, UNHEALTHY
from iotdash.lib.lists import Condition, Count, bounded_count
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
        if self.config.unreadable_at:
            return self.config.unreadable_reason
        return "" if self.health == Health.CONNECTED else self.config.health_reason

    @property
    def asked_again(self) -> bool:
        """Whether the sweep asks the service again by itself, because it did not answer as it should."""
        return self.health in PASSING

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


def only_one(organization: Organization, manifest: Manifest) -> ExtensionConfig | None:
    """The configuration of an extension of which an organization has at most one; None while it is not set up."""
    return configurations(organization).filter(slug=manifest.slug).first()


def not_set_up(organization: Organization) -> list[Manifest]:
    """Extensions of which an organization has at most one, and this one has none."""
    present = set(configurations(organization).values_list("slug", flat=True))
    return [manifest for slug, manifest in registry.manifests().items() if manifest.single and slug not in present]


def view_of(config: ExtensionConfig) -> ConfigurationView:
    waiting = config.operations.filter(settled_at=None).count()
    devices = bounded_count(linked_devices(config))
    return ConfigurationView(config, registry.manifest(config.slug), devices, waiting)


def default_of(config: ExtensionConfig) -> ExtensionConfig | None:
    """The present default of the same extension."""
    return configurations(config.organization).filter(slug=config.slug, is_default=True).first()


def heir_of(config: ExtensionConfig) -> ExtensionConfig | None:
    """Which configuration becomes the default when this one is removed; None when it is no default or the last."""
    if not config.is_default:
        return None
    others = configurations(config.organization).filter(slug=config.slug).exclude(pk=config.pk)
    return others.order_by("pk").first()


def linked_devices(config: ExtensionConfig) -> QuerySet:
    """Primary keys of the devices that this configuration answers for."""
    return registry.capability(registry.manifest(config.slug)).linked(config)


def devices_of_default(config: ExtensionConfig) -> QuerySet[Device]:
    """Devices whose configuration names none and that no inventory has: the default answers for them."""
    manifest = registry.manifest(config.slug)
    if not manifest.device_key:
        return Device.objects.none()
    naming_none = configured_for(config.organization.devices.all(), manifest).filter(_naming_none(manifest))
    for each in ExtensionConfig.objects.present().filter(organization=config.organization_id, slug=config.slug):
        naming_none = naming_none.exclude(pk__in=registry.capability(manifest).linked(each, listed=True))
    return naming_none


def _name_path(manifest: Manifest) -> str:
    return f"configuration__document__{manifest.device_key}__{CONFIGURATION_KEY}"


def _naming_none(manifest: Manifest) -> Q:
    return Q(**{f"{_name_path(manifest)}__isnull": True})


def configured_for(devices: QuerySet[Device], manifest: Manifest) -> QuerySet[Device]:
    """Devices whose configuration has the extension's key. By identifier where there is one: that is indexed."""
    if manifest.subject_field:
        return devices.filter(identifiers__key=f"{manifest.device_key}.{manifest.subject_field}")
    return devices.filter(configuration__document__has_key=manifest.device_key)


def having(organization: Organization, manifest: Manifest) -> Condition:
    """The same for lists of devices."""
    if not manifest.subject_field:
        return of_devices(organization, Q(configuration__document__has_key=manifest.device_key))
    key = f"{manifest.device_key}.{manifest.subject_field}"
    identifier = DeviceIdentifier.objects.filter(device=OuterRef("pk"), key=key)
    return Condition(Exists(identifier), organization.device_identifiers.filter(key=key), key="device_id")


def naming(config: ExtensionConfig) -> QuerySet[Device]:
    """Devices whose configuration names this configuration, so that a new name would lose them."""
    manifest = registry.manifest(config.slug)
    if not manifest.device_key:
        return Device.objects.none()
    return config.organization.devices.filter(**{_name_path(manifest): config.name})


def sharing(config: ExtensionConfig) -> int:
    """How many other organizations use the same account. Never which."""
    others = ExtensionConfig.objects.present().filter(lane=config.lane).exclude(organization=config.organization)
    return others.values("organization").distinct().count()


def meter_of(config: ExtensionConfig) -> meter.Meter:
    """What the organization's own configurations asked of the account lately, and how much others did."""
    return meter.read(config.lane, _own_ids(config), quota_of(config))


def quota_of(config: ExtensionConfig) -> Quota | None:
    """How many calls its account may make now; None where the service does not count them, or is not installed."""
    manifest = registry.manifests().get(config.slug)
    if manifest is None:
        return None
    try:
        with guarded(manifest, "its quota"):
            return registry.capability(manifest).quota(config)
    except ProviderError:
        # Its bug is in the log. Pages tell what was called without it.
        return None


def call_history_of(config: ExtensionConfig, scale: call_history.Scale) -> Sequence[call_history.Bar]:
    """The same over time."""
    return call_history.read(config.lane, meter.own_ids(config.lane, _own_ids(config)), scale)


def _own_ids(config: ExtensionConfig) -> list[int]:
    """Removed ones too: what they asked was asked by the same organization."""
    own = ExtensionConfig.objects.filter(organization=config.organization_id, slug=config.slug)
    return list(own.values_list("pk", flat=True))


def check_of(organization: Organization, check_id: UUID | str | None, **exact: Any) -> ConnectionCheck | None:
    """A connection check of the organization; None when it was forgotten."""
    if not check_id:
        return None
    checks = ConnectionCheck.objects.filter(organization=organization, **exact)
    return checks.select_related("config").filter(public_id=check_id).first()


def draft_of(organization: Organization, draft_id: UUID | None, **exact: Any) -> SettingsDraft | None:
    """A draft of settings of the organization; None when it was forgotten."""
    drafts = SettingsDraft.objects.filter(organization=organization, **exact)
    return drafts.filter(public_id=draft_id).first() if draft_id else None


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


def exchanges(config: ExtensionConfig, *, failed: bool = False) -> QuerySet[Exchange]:
    """Newest first, without the contents; `failed`: of those only that failed."""
    found = config.exchanges.filter(failed=True) if failed else config.exchanges
    return found.order_by("-pk").defer("request", "response")


def exchange(config: ExtensionConfig, exchange_id: int) -> Exchange:
    """Raises Exchange.DoesNotExist."""
    return config.exchanges.get(pk=exchange_id)


def by_health(views: Iterable[ConfigurationView]) -> list[ConfigurationView]:
    """Those that need attention first; else as they come."""
    return sorted(views, key=lambda view: view.health not in UNHEALTHY)
