"""Forms of the organization's own pages."""

from typing import Any

from django import forms

from iotdash.lib.lists import ListState
from iotdash.organizations import letters, queries
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.models.organization import MOST_INVITATION_HOURS

_HOURS = f"Type a whole number of hours from 1 to {MOST_INVITATION_HOURS}, which is 30 days."


class OrganizationForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["name", "invitation_hours"]
        error_messages = {"invitation_hours": dict.fromkeys(("invalid", "min_value", "max_value"), _HOURS)}


class ActivityFilterForm(forms.Form):
    """The filters of the activity page, showing what the URL says; each offers the values that there are."""

    action = forms.ChoiceField(required=False)
    actor = forms.ChoiceField(label="Who", required=False)
    kind = forms.ChoiceField(required=False)
    to = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    FIELDS = {"action": "action", "actor": "actor", "kind": "target_kind"}

    def __init__(self, reader: Membership, state: ListState) -> None:
        initial = {name: state.value(name) for name in ("action", "actor", "kind", "from", "to")}
        super().__init__(initial=initial, auto_id="filter-%s")
        # `from` is a Python word, so the field cannot be declared like the others.
        self.fields["from"] = forms.DateField(
            label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
        )
        self.order_fields(["action", "actor", "kind", "from", "to"])
        for name, field in self.FIELDS.items():
            values = {*queries.activity_values(reader, field), state.value(name)} - {""}
            self.fields[name].choices = [("", "Any"), *((value, value) for value in sorted(values))]


class WordingForm(forms.Form):
    """An organization's own wording of a letter; what it may hold is told by `letters`."""

    subject = forms.CharField(max_length=letters.SUBJECT_LENGTH)
    body = forms.CharField(label="Text", strip=False, widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}))

    def __init__(self, *args: Any, letter: letters.Letter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter

    def clean_subject(self) -> str:
        return letters.check_subject(self.letter, self.cleaned_data["subject"])

    def clean_body(self) -> str:
        return letters.check_body(self.letter, self.cleaned_data["body"])

    @property
    def wording(self) -> letters.Wording:
        return letters.Wording(self.cleaned_data["subject"], self.cleaned_data["body"])
