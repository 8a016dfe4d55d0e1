"""Forms about one member."""

import datetime as dt
from typing import Any

from django import forms

from iotdash.organizations.days import LastDayField, end_of, last_day
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import Role


class RoleForm(forms.Form):
    """Offers the roles up to that of who asks."""

    role = forms.ChoiceField()

    def __init__(self, *args: Any, membership: Membership, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, initial={"role": membership.role}, **kwargs)
        self.fields["role"].choices = [each for each in Role.choices if Role(by.role).reaches(Role(each[0]))]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class ExpiryForm(forms.Form):
    last_day = LastDayField(
        label="Expiry date",
        error_messages={"past": "This day has passed. To end the membership now, block or remove the member."},
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, initial={"last_day": last_day(membership.expires_at)}, **kwargs)

    @property
    def expires_at(self) -> dt.datetime | None:
        return end_of(self.cleaned_data["last_day"])
