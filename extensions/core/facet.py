"""What extensions give to devices: configuration and panels on the drilldown, a column and a filter of the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from devices import facets
from devices.conditions import of_devices
from devices.facets import FacetColumn, FacetFilter, Section
from devices.models import Device
from extensions.core import device_pages, queries, registry, targets
from extensions.core.contract import Manifest
from extensions.core.device_fields import DeviceField, fields_of
from extensions.core.importing import ConfigurationImport
from extensions.core.models import DeviceConfiguration, ExtensionConfig
from extensions.core.services import linking
from extensions.core.words import UNHEALTHY
from iotdash.lib.lists import Condition
from iotdash.lib.templatetags.ui import badge, known
from iotdash.organizations.models import Organization

COLUMN = FILTER = "extension"
NONE = "none"
_NOTHING = mark_safe('<span class="secondary">none</span>')


@dataclass(frozen=True)
class Mark:
    """One badge in the list: an extension that a device is configured for."""

    name: str
    tone: str
    words: str


class ExtensionsFacet:
    name = "extensions"
    related = ("configuration",)

    def columns(self, organization: Organization) -> Sequence[FacetColumn]:
        fields = [FacetColumn(each.column, each.label, known, default=False) for each in _fields()]
        return [FacetColumn(COLUMN, "Extensions", _cell, text=_text), *fields]

    def filters(self, organization: Organization) -> Sequence[FacetFilter]:
        known = [(slug, manifest.name) for slug, manifest in registry.manifests().items() if manifest.device_key]
        return [FacetFilter(FILTER, "Extension", (*known, (NONE, "Not configured")))]

    def condition(self, organization: Organization, name: str, value: str) -> Condition:
        if value == NONE:
            # As a list, because no index answers NOT "configured".
            return of_devices(organization, Q(configured__in=[False]), ordered=True)
        return queries.having(organization, registry.manifest(value))

    def serialise_many(self, devices: Sequence[Device]) -> Mapping[int, Mapping[str, Any]]:
        """Two queries: the documents, and the health of the organization's configurations."""
        found = DeviceConfiguration.objects.filter(device__in=[device.pk for device in devices])
        documents = dict(found.values_list("device_id", "document"))
        if not documents:
            return {}
        configs = _configurations({device.organization_id for device in devices})
        organizations = {device.pk: device.organization_id for device in devices}
        fields = _fields()
        return {
            pk: {each.column: each.text(document) for each in fields}
            | {COLUMN: _marks(document, configs.get(organizations[pk], []))}
            for pk, document in documents.items()
        }

    def sections(self, request: HttpRequest, device: Device) -> Sequence[Section]:
        configs = list(targets.enabled(device.organization))
        editing = device_pages.editing_context(request, device, configs=configs)
        panels = device_pages.panels_of(device, editing["current"].document, configs)
        return [
            Section(
                "extension-configuration",
                "Extension configuration",
                30,
                "extensions/device/_configuration.html",
                editing,
            ),
            Section("extensions", "Extensions", 40, "extensions/device/_panels.html", {"panels": panels}, card=False),
        ]

    def importing(self, organization: Organization) -> ConfigurationImport:
        return ConfigurationImport(organization)

    def forget(self, device: Device) -> None:
        linking.unlink(device)


def register() -> None:
    """Called from AppConfig.ready()."""
    facets.register(ExtensionsFacet())


def _fields() -> list[DeviceField]:
    """Of all that is installed: what is not added may have been."""
    return fields_of({each.device_key: each for each in registry.manifests().values() if each.device_key})


def _configurations(organization_ids: set[int]) -> dict[int, list[ExtensionConfig]]:
    found: dict[int, list[ExtensionConfig]] = {}
    for config in ExtensionConfig.objects.present().filter(organization__in=organization_ids):
        found.setdefault(config.organization_id, []).append(config)
    return found


def _cell(marks: Sequence[Mark] | None) -> SafeString:
    return format_html_join(" ", "{}", ((_badge(mark),) for mark in marks or ())) or _NOTHING


def _text(marks: Sequence[Mark] | None) -> str:
    return ", ".join(map(_label, marks or ()))


def _label(mark: Mark) -> str:
    return f"{mark.name}: {mark.words}" if mark.words else mark.name


def _badge(mark: Mark) -> SafeString:
    return badge(_label(mark), mark.tone, "" if mark.words else "plug-connected")


def _marks(document: Mapping[str, Any], configs: Sequence[ExtensionConfig]) -> list[Mark]:
    known = ((registry.by_device_key(key), part) for key, part in document.items())
    return [_mark(manifest, part, configs) for manifest, part in known if manifest]


def _mark(manifest: Manifest, part: Any, configs: Sequence[ExtensionConfig]) -> Mark:
    name = part.get(targets.CONFIGURATION_KEY) if isinstance(part, dict) else None
    config = targets.pick(configs, manifest.slug, name)
    if config is None:
        return Mark(manifest.name, "neutral", "not added")
    unhealthy = config.state in UNHEALTHY
    return Mark(manifest.name, "warning" if unhealthy else "info", config.state.label if unhealthy else "")
