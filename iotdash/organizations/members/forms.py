"""Forms about one member."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

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
    last_day = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The membership ends when this day ends, in your time zone. Empty: it does not expire.",
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, initial={"last_day": last_day(membership.expires_at)}, **kwargs)

    def clean_last_day(self) -> dt.date | None:
        day = self.cleaned_data["last_day"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(
                "This day has passed. To end the membership now, block or remove the member.", code="past"
            )
        # The first and the last days of the calendar have no midnight in UTC.
        if day and day.year >= dt.MAXYEAR:
            raise forms.ValidationError("Choose an earlier date, or leave it empty.", code="late")
        return day

    @property
    def expires_at(self) -> dt.datetime | None:
        return end_of(self.cleaned_data["last_day"])


def end_of(day: dt.date | None) -> dt.datetime | None:
    """The midnight that ends the day, in the zone of the person who looks."""
    if day is None:
        return None
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))


def last_day(expires_at: dt.datetime | None) -> dt.date | None:
    """The last day of which the membership has a part, there."""
    return timezone.localdate(expires_at - dt.timedelta(microseconds=1)) if expires_at else None
