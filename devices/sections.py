"""Parts of the drilldown: those of `devices`, and those of its facets, in one order."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from devices.facets import Section, facets
from devices.fields import metadata_text
from devices.models import Device
from devices.queries import newest
from devices.services.diagnostics import KEPT
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import EDIT_DEVICES

# Of the log entries and of the error codes; the REST API has all of them.
SHOWN = 10


@dataclass(frozen=True)
class RenderedSection:
    """`card`: the page draws card and heading around `content`."""

    name: str
    title: str
    content: str
    card: bool
    aside: bool


def sections_of(request: HttpRequest, device: Device) -> list[RenderedSection]:
    found = [*_own(request, device), *(section for facet in facets() for section in facet.sections(request, device))]
    return [_render(request, device, section) for section in sorted(found, key=lambda each: each.order)]


def _own(request: HttpRequest, device: Device) -> list[Section]:
    may_edit = may(request.membership, EDIT_DEVICES, request.organization)
    text = metadata_text(device.metadata)
    return [
        Section("diagnostics", "Diagnostics", 60, "devices/sections/diagnostics.html", _reports(device)),
        _aside("info", "Device info", 10),
        _aside("location", "Location", 20),
        _aside("metadata", "Metadata", 80, metadata=text),
        _aside("registration", "Registration", 90, may_edit=may_edit),
    ]


def _reports(device: Device) -> dict[str, Any]:
    """Nothing is asked for a device that reported nothing within the days that reports are kept."""
    if device.reported_at is None or device.reported_at < timezone.now() - KEPT:
        return {}
    return {
        "logs": newest(device.diagnosticlogs.all())[:SHOWN],
        "codes": newest(device.diagnosticerrorcodes.all())[:SHOWN],
    }


def _aside(name: str, title: str, order: int, **context: Any) -> Section:
    return Section(name, title, order, f"devices/sections/{name}.html", context, aside=True)


def _render(request: HttpRequest, device: Device, section: Section) -> RenderedSection:
    context = {**section.context, "device": device, "section": section}
    content = render_to_string(section.template, context, request=request)
    return RenderedSection(section.name, section.title, content, section.card, section.aside)
