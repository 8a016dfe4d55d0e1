"""What tags give to the device list and to a device's page: by the same seam as what apps above give."""

from collections.abc import Mapping, Sequence
from typing import Any

from devices.facets import FacetColumn, FacetFilter, Section
from devices.models import Device, Tag
from devices.tags import conditions, names, queries, showing
from iotdash.lib.lists import Condition
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import EDIT_DEVICES

_LABELS = {
    showing.ANY: "Any of the tags",
    showing.ALL: "All of the tags",
    showing.NONE: "None of the tags",
}
_CONDITIONS = {
    showing.ANY: conditions.any_of,
    showing.ALL: conditions.all_of,
    showing.NONE: conditions.none_of,
}


class TagFacet:
    name = "tags"
    related = ()

    def columns(self, organization: Organization) -> Sequence[FacetColumn]:
        return [FacetColumn("tags", "Tags", showing.cell(organization), text=_text)]

    def filters(self, organization: Organization) -> Sequence[FacetFilter]:
        """Of several tags the names stand with commas between."""
        known = queries.names(organization)
        return [FacetFilter(name, label, None, known) for name, label in _LABELS.items()]

    def condition(self, organization: Organization, name: str, value: str) -> Condition:
        return _CONDITIONS[name](organization, value)

    def serialise_many(self, devices: Sequence[Device]) -> Mapping[int, Mapping[str, Any]]:
        return {key: {"tags": tags} for key, tags in queries.of_devices(devices).items()}

    def sections(self, request: Any, device: Device) -> Sequence[Section]:
        context = {
            "tags": [(showing.devices_url(request.organization, tag), tag) for tag in queries.of_device(device)],
            "may_edit": may(request.membership, EDIT_DEVICES, request.organization),
        }
        return [Section("tags", "Tags", 15, "devices/tags/section.html", context, aside=True)]

    def importing(self, organization: Organization) -> None:
        """Tags stand in tables of devices, not of their configuration."""

    def forget(self, device: Device) -> None:
        """Which tags it had goes with the device's row; the tags stay."""


def _text(tags: Sequence[Tag] | None) -> str:
    return names.joined(tag.name for tag in tags or ())
