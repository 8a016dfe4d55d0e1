"""Days as members choose them, and the moments that they stand for."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone


def end_of(day: dt.date | None) -> dt.datetime | None:
    """The midnight that ends the day, in the zone of the person who looks."""
    if day is None:
        return None
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))


def last_day(expires_at: dt.datetime | None) -> dt.date | None:
    """The last day of which the membership has a part, there."""
    return timezone.localdate(expires_at - dt.timedelta(microseconds=1)) if expires_at else None


class LastDayField(forms.DateField):
    """The last day of a membership; empty when it does not end. `end_of` says when that is.

    `kept` may stay as it is, though it has passed.
    """

    kept: dt.date | None = None
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {
        "past": "This day has passed.",
        "late": "Choose an earlier date, or leave it empty.",
    }

    def __init__(self, **kwargs: Any) -> None:
        words = "The membership ends when this day ends, in your time zone. Empty: it does not expire."
        super().__init__(**{"required": False, "help_text": words} | kwargs)

    def validate(self, value: dt.date | None) -> None:
        super().validate(value)
        if value and value != self.kept and value < timezone.localdate():
            raise ValidationError(self.error_messages["past"], code="past")
        # The first and the last days of the calendar have no midnight in UTC.
        if value and value.year >= dt.MAXYEAR:
            raise ValidationError(self.error_messages["late"], code="late")
