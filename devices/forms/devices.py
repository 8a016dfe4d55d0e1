"""Forms of a device."""

from dataclasses import replace
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from devices.forms.base import ID_HELP, InfoForm, SeenField
from devices.models import INFO_FIELDS, LOCATION_FIELDS, Device, validate_id
from devices.queries import types_of
from devices.services import KEEP, Location, NewDevice
from devices.services.tokens import token_rule
from devices.services.values import Keep
from iotdash.organizations.models import Organization


def _number(label: str, low: float | None = None, high: float | None = None) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any"})
    return forms.FloatField(label=label, required=False, min_value=low, max_value=high, widget=widget)


class _MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": "1"}, format="%Y-%m-%dT%H:%M:%S")


class DeviceForm(InfoForm):
    """Device info, metadata and location."""

    latitude = _number("Latitude", -90, 90)
    longitude = _number("Longitude", -180, 180)
    elevation = _number("Elevation in metres")
    accuracy = _number("Accuracy in metres", 0)
    measured_at = forms.DateTimeField(
        label="Measured at", required=False, widget=_MomentInput(), help_text="Empty: now."
    )

    @property
    def location_fields(self) -> list[BoundField]:
        return [self[name] for name in LOCATION_FIELDS]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        known = {name for name in LOCATION_FIELDS if data.get(name) is not None}
        for name, other in (("latitude", "longitude"), ("longitude", "latitude")):
            if known and name not in known and name not in self.errors:
                words = f"Give {name} too." if other in known else f"A location needs {name}."
                self.add_error(name, words)
        return data

    @property
    def location(self) -> Location | None:
        data = self.cleaned_data
        if data["latitude"] is None:
            return None
        return Location(**{name: data[name] for name in LOCATION_FIELDS})


class AddDeviceForm(DeviceForm):
    """Everything that a device is registered with."""

    device_type = forms.ModelChoiceField(
        queryset=None, to_field_name="type_id", label="Device type", empty_label="Choose a device type"
    )
    device_id = forms.CharField(
        label="Device ID",
        max_length=36,
        validators=[validate_id],
        help_text=ID_HELP,
    )
    token = forms.CharField(
        label="Authentication token",
        required=False,
        validators=[token_rule],
        help_text="Empty: one is made for you. Your own has 8 to 36 characters: letters, digits "
        "and _ . ! & @ ? * + ( ) -",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    id_field = "device_id"

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["device_type", "device_id", *INFO_FIELDS, *LOCATION_FIELDS, "metadata", "token"])
        self.fields["device_type"].queryset = types_of(organization).select_related("organization")

    @property
    def new_device(self) -> NewDevice:
        data = self.cleaned_data
        return NewDevice(data["device_id"], self.info, data["metadata"], self.location, data["token"] or None)


class EditDeviceForm(DeviceForm):
    """Everything of a device that can be changed."""

    seen = SeenField()

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        names = (*INFO_FIELDS, *LOCATION_FIELDS, "metadata")
        initial = {name: getattr(device, name) for name in names}
        super().__init__(*args, initial={**initial, "seen": device.updated_at}, **kwargs)
        self.order_fields(names)

    @property
    def location_change(self) -> Location | Keep | None:
        """KEEP if nobody touched it. A new place with the old time of measuring was measured now."""
        changed = set(self.changed_data) & set(LOCATION_FIELDS)
        if not changed:
            return KEEP
        location = self.location
        if location is None or "measured_at" in changed:
            return location
        return replace(location, measured_at=None)

    @property
    def metadata(self) -> dict[str, Any]:
        return self.cleaned_data["metadata"] or {}
