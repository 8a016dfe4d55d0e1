"""Forms of the pages of API keys."""

import datetime as dt
from typing import Any

from django import forms

from iotdash.organizations.days import LastDayField, end_of, last_day
from iotdash.organizations.models import ApiKey, Membership
from iotdash.organizations.roles import Role

_PAST = "This day has passed. To stop the key now, revoke it."
_ENDS = "The key stops working when this day ends, in your time zone. Empty: it does not expire."


class KeyForm(forms.Form):
    """What may be changed of a key later."""

    name = forms.CharField(max_length=100, help_text="What uses the key, for instance “Nightly export”.")
    last_day = LastDayField(label="Expiry date", help_text=_ENDS)

    @property
    def expires_at(self) -> dt.datetime | None:
        return end_of(self.cleaned_data["last_day"])


class ChangeKeyForm(KeyForm):
    def __init__(self, *args: Any, key: ApiKey, **kwargs: Any) -> None:
        self._key = key
        initial = {"name": key.name, "last_day": last_day(key.expires_at)}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["last_day"].kept = initial["last_day"]
        self.fields["last_day"].error_messages["past"] = _PAST

    @property
    def expires_at(self) -> dt.datetime | None:
        """As it was to the second, when the day is the same: it may have been chosen in another zone."""
        same = self.cleaned_data["last_day"] == self.initial["last_day"]
        return self._key.expires_at if same else super().expires_at


class MakeKeyForm(KeyForm):
    """Offers the roles up to that of who asks."""

    role = forms.ChoiceField(help_text="The key never has more rights than you have, also when your role changes.")
    field_order = ["name", "role", "last_day"]

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Role(membership.role)
        self.fields["role"].choices = [each for each in Role.choices if own.reaches(Role(each[0]))]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])
