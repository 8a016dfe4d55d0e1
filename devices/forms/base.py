"""What forms of devices and of device types share."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.models import fields_for_model

from devices.fields import metadata_text, validate_metadata
from devices.models import INFO_FIELDS, Device, DeviceType
from devices.services import DevicesError, Stale
from iotdash.lib.json_documents import parse
from iotdash.lib.templatetags.ui import moment

Result = TypeVar("Result")
ID_HELP = "1 to 36 characters: letters, digits, dot, underscore, hyphen. It cannot be changed later."


class MetadataField(forms.CharField):
    """One JSON object; None when nothing was typed. `problems` has what is wrong, for the JSON editor."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, **kwargs)
        self.problems: list[dict[str, Any]] = []

    def clean(self, value: str) -> dict[str, Any] | None:
        if not value or not value.strip():
            return None
        document = parse(value)
        self.problems = [
            {"line": each.line, "column": each.column, "message": each.message, "severity": "error"}
            for each in document.problems
        ]
        if self.problems:
            raise ValidationError("Metadata is not one JSON object.", code="json")
        validate_metadata(document.value)
        return document.value

    def prepare_value(self, value: Any) -> str:
        return metadata_text(value) if isinstance(value, Mapping) else value or ""


class SeenField(forms.CharField):
    """The `updated_at` that the person saw, carried through the form so that a newer edit is noticed."""

    widget = forms.HiddenInput

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, dt.datetime) else value

    def clean(self, value: str) -> dt.datetime:
        try:
            seen = dt.datetime.fromisoformat(value or "")
        except ValueError:
            seen = None
        if seen is None or seen.tzinfo is None:
            raise ValidationError("This form is incomplete. Open the page again.", code="seen")
        return seen


class InfoForm(forms.Form):
    """The eight fields of device info, and metadata. `id_field` is told when the id is taken."""

    id_field: str | None = None
    metadata = MetadataField(label="Metadata", help_text="A JSON object of your own.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(fields_for_model(Device, fields=INFO_FIELDS))

    @property
    def info_fields(self) -> list[BoundField]:
        return [self[name] for name in INFO_FIELDS]

    @property
    def info(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in INFO_FIELDS}

    def attempt(self, change: Callable[[], Result]) -> Result | None:
        """The result of a service, or None with its refusal in the form. Stale is left to the view."""
        try:
            return change()
        except ValidationError as error:
            self.add_error(None, error)
        except Stale:
            raise
        except DevicesError as error:
            self.add_error(self.id_field, str(error))
        return None


def newer_values(form: forms.Form, current: Device | DeviceType) -> list[dict[str, Any]]:
    """What differs between the form and what is stored now: label, typed, stored."""
    rows = []
    for name, field in form.fields.items():
        if name != "seen":
            typed, stored = (_shown(field, value) for value in (form.cleaned_data[name], getattr(current, name)))
            if typed != stored:
                rows.append({"label": form[name].label, "typed": typed, "stored": stored})
    return rows


def _shown(field: forms.Field, value: Any) -> Any:
    # A form carries times to the second.
    return moment(value, seconds=True) if isinstance(value, dt.datetime) else field.prepare_value(value)


def accept_newer(form: forms.Form, current: Device | DeviceType) -> None:
    """The next Save of this form replaces the newer values, which the person has then seen."""
    form.data = form.data.copy()
    form.data["seen"] = current.updated_at.isoformat()
