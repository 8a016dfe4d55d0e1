"""Forms of the invitations pages."""

import datetime as dt
from typing import Any

from django import forms

from iotdash.organizations import addresses
from iotdash.organizations.days import LastDayField, end_of
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
    last_day = LastDayField(label="Expiry date of the membership")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_up_to(membership)

    def clean_email(self) -> str:
        addresses.normalized(self.cleaned_data["email"])
        return self.cleaned_data["email"]

    @property
    def member_expires_at(self) -> dt.datetime | None:
        return end_of(self.cleaned_data["last_day"])
