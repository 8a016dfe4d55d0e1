"""Forms of the organization's own pages."""

from django import forms

from iotdash.lib.lists import ListState
from iotdash.organizations import queries
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
