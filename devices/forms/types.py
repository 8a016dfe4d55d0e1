"""Forms of a device type."""

from typing import Any

from django import forms

from devices.forms.base import ID_HELP, InfoForm, SeenField
from devices.models import INFO_FIELDS, DeviceType, validate_id


class TypeForm(InfoForm):
    """What can be changed of a device type: description and the template for new devices."""

    description = forms.CharField(label="Description", required=False, max_length=500)


class AddTypeForm(TypeForm):
    type_id = forms.CharField(
        label="Type ID",
        max_length=36,
        validators=[validate_id],
        help_text=ID_HELP,
    )
    class_id = forms.ChoiceField(
        label="Class",
        choices=DeviceType.ClassId.choices,
        initial=DeviceType.ClassId.DEVICE,
        help_text="A gateway also speaks for the devices behind it. The class cannot be changed later.",
    )
    id_field = "type_id"
    field_order = ["type_id", "class_id", "description"]


class EditTypeForm(TypeForm):
    seen = SeenField()

    def __init__(self, *args: Any, device_type: DeviceType, **kwargs: Any) -> None:
        initial = {name: getattr(device_type, name) for name in (*INFO_FIELDS, "description", "metadata")}
        super().__init__(*args, initial={**initial, "seen": device_type.updated_at}, **kwargs)
