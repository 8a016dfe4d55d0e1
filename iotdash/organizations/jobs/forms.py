"""Asking for a job, once; and confirming it: when it begins, after how many errors it pauses, and the number typed
where it is irreversible.
"""

import re
import uuid
from datetime import datetime, timedelta

from django import forms
from django.utils import timezone

from iotdash.runtime.models import Job

_HOLDS = (
    ("", "Begin at once"),
    ("5", "Hold for 5 minutes"),
    ("30", "Hold for 30 minutes"),
    ("120", "Hold for 2 hours"),
    ("720", "Hold for 12 hours"),
)
MOST_ERRORS = 1_000_000


# Between digits of a number, where people write it in groups of three.
_SEPARATOR = re.compile(r"(?<=\d)[\s.,'\u2019](?=\d{3}(?!\d))")


class OneTimeForm(forms.Form):
    """What a job is asked for with, so that sending it twice gives one."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    @property
    def one_time_key(self) -> uuid.UUID | None:
        """Of the form with all that was chosen in it: whoever goes back and chooses anew asks for something else."""
        key = self.cleaned_data["form_key"]
        given = sorted((name, values) for name, values in self.data.lists() if not name.startswith("csrf"))
        return uuid.uuid5(key, repr(given)) if key else None


class ConfirmForm(forms.Form):
    hold = forms.ChoiceField(
        label="Hold before sending",
        choices=_HOLDS,
        required=False,
        help_text="While it is held it can be cancelled, and nothing was sent.",
    )
    stop_after = forms.IntegerField(
        label="Pause after this many errors",
        required=False,
        min_value=1,
        max_value=MOST_ERRORS,
        help_text="Empty: go on whatever happens. Refused and unknown outcomes count as errors. "
        "What is under way by then still goes on.",
    )

    def __init__(self, *args, job: Job, **kwargs) -> None:
        super().__init__(*args, initial={"stop_after": job.stop_after or 10}, **kwargs)
        self.job = job

    @property
    def typed(self) -> int | None:
        """What has to be typed: the number of items, where there is no way back."""
        return self.job.forecast.get("typed")

    @property
    def held_until(self) -> datetime | None:
        hold = self.cleaned_data.get("hold")
        return timezone.now() + timedelta(minutes=int(hold)) if hold else None

    def clean(self) -> dict:
        if self.typed is not None and _SEPARATOR.sub("", self.data.get("typed", "").strip()) != str(self.typed):
            self.typed_error = f"Type {self.typed} to confirm that there is no way back."
            raise forms.ValidationError(self.typed_error)
        return self.cleaned_data
