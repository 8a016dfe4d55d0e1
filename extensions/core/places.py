"""Where the panel of a subject stands: on the device that has it, or on a page of the subject itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from devices.models import Device


@dataclass(frozen=True)
class Place:
    """`url` is the page of the panel by itself; what is asked there and shown more of it has addresses below.

    `page` and `crumbs` are templates, which get `context`; `words` say in a subtitle whose panel it is. To confirm what
    cannot be undone a person types `typed`, which is a `typed_name`.
    """

    url: str
    page: str
    crumbs: str
    words: str
    typed: str
    typed_name: str
    context: Mapping[str, Any] = field(default_factory=dict)

    def ask_url(self, operation_id: str) -> str:
        return f"{self.url}operations/{operation_id}/"


def on_device(device: Device, key: str) -> Place:
    """The part of a device's drilldown for one key of its configuration."""
    where = {"type_id": device.device_type.type_id, "device_id": device.device_id, "key": key}
    return Place(
        url=reverse("extensions:panel", kwargs={"org": device.organization.public_id, **where}),
        page="extensions/device/panel.html",
        crumbs="extensions/device/_crumbs.html",
        words=f"device {device.device_id}",
        typed=device.device_id,
        typed_name="device ID",
        context={"device": device},
    )
