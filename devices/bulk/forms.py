"""What to do with the tags of the selected devices."""

from collections.abc import Sequence
from typing import Any

from django import forms

from devices.bulk.tagging import ADD, TITLES
from devices.tags.forms import TagsField
from iotdash.lib.lists.furniture import SuggestingInput
from iotdash.organizations.jobs.forms import OneTimeForm


class BulkTagsForm(OneTimeForm):
    what = forms.ChoiceField(label="What to do", widget=forms.RadioSelect, choices=list(TITLES.items()), initial=ADD)
    tags = TagsField(label="Tags", required=True, error_messages={"required": "Name the tags."})

    def __init__(self, *args: Any, known: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].widget = SuggestingInput(known)
        self.fields["tags"].widget.attrs.pop("placeholder")
