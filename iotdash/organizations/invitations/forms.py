"""Forms of the invitations pages."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from iotdash.organizations.invitations import addresses, wording
from iotdash.organizations.invitations.days import end_of
from iotdash.organizations.invitations.rules import may_give
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import Role


def roles_up_to(membership: Membership) -> list[tuple[str, str]]:
    """(value, label) of the roles that this member may give."""
    return [each for each in Role.choices if may_give(membership, each[0])]


class InviteForm(forms.Form):
    email = forms.CharField(
        label="Email address",
        max_length=addresses.LONGEST,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    role = forms.ChoiceField(initial=Role.READER)
    last_day = forms.DateField(
        label="Last day of the membership",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The membership will end when this day ends, in your time zone. Empty: it will not expire.",
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_up_to(membership)

    def clean_email(self) -> str:
        addresses.normalized(self.cleaned_data["email"])
        return self.cleaned_data["email"]

    def clean_last_day(self) -> dt.date | None:
        day = self.cleaned_data["last_day"]
        if day and day < timezone.localdate():
            raise ValidationError("This day has passed.", code="past")
        # The last days of the calendar have no midnight after them in every zone.
        if day and day.year >= dt.MAXYEAR:
            raise ValidationError("Choose an earlier date, or leave it empty.", code="late")
        return day

    @property
    def member_expires_at(self) -> dt.datetime | None:
        return end_of(self.cleaned_data["last_day"])


class WordingForm(forms.Form):
    """An organization's own wording; what it may hold is told by `wording`."""

    subject = forms.CharField(max_length=wording.SUBJECT_LENGTH)
    body = forms.CharField(label="Text", strip=False, widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}))

    def clean_subject(self) -> str:
        return wording.check_subject(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        return wording.check_body(self.cleaned_data["body"])

    @property
    def wording(self) -> wording.Wording:
        return wording.Wording(self.cleaned_data["subject"], self.cleaned_data["body"])
