"""Forms of tags."""

from collections.abc import Sequence
from typing import Any

from django import forms

from devices.models import Tag
from devices.tags import names
from iotdash.lib.lists.furniture import SuggestingInput

HELP = f"Names with commas between, {names.MOST_ON_A_DEVICE} at most. Upper and lower case do not differ."


class TagsField(forms.CharField):
    """The names that were typed, each once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "strip": True, "help_text": HELP, "max_length": 2_000, **kwargs})

    def clean(self, value: Any) -> list[str]:
        return names.typed(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return names.joined(value) if isinstance(value, list) else value


class DeviceTagsForm(forms.Form):
    tags = TagsField(label="Tags")

    def __init__(self, *args: Any, known: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].widget = SuggestingInput(known)
        self.fields["tags"].widget.attrs.pop("placeholder")


class EditTagForm(forms.ModelForm):
    """The service says whether the name is taken, however it is written."""

    class Meta:
        model = Tag
        fields = ("name", "colour")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colour"].choices = [("", "None"), *Tag.Colour.choices]

    def clean_name(self) -> str:
        names.validate(self.cleaned_data["name"])
        return self.cleaned_data["name"]
