"""Forms of the import: the file, and what its columns are."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from iotdash.organizations.invitations.forms import roles_up_to
from iotdash.organizations.invitations.importing.columns import Columns
from iotdash.organizations.invitations.importing.files import SEPARATORS, FileRefused, lines_of
from iotdash.organizations.models import MemberImport, Membership

SHOWN_LENGTH = 40


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,
        help_text="UTF-8, at most 1 MB and 200 rows, separated by commas or semicolons. Nothing is sent yet.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )


class ColumnsForm(forms.Form):
    """Offers the columns that the file has with the chosen separator, each with what stands in its first row."""

    separator = forms.ChoiceField(choices=SEPARATORS)
    email = forms.TypedChoiceField(label="Email address in column", coerce=int)
    role = forms.TypedChoiceField(label="Role in column", coerce=int)
    expiry = forms.TypedChoiceField(label="Expiry date in column", coerce=int)
    default_role = forms.ChoiceField(help_text="For rows whose role is missing or not known.")

    def __init__(self, data: Any, *, member_import: MemberImport, membership: Membership) -> None:
        super().__init__(data, initial=member_import.options)
        self.fields["default_role"].choices = roles_up_to(membership)
        offered, self._unreadable = _columns(member_import.text, self["separator"].value())
        self.fields["email"].choices = offered
        for name in ("role", "expiry"):
            self.fields[name].choices = [(0, "None"), *offered]

    def clean(self) -> dict[str, Any]:
        if self._unreadable:
            raise ValidationError(self._unreadable)
        chosen = [column for name in ("email", "role", "expiry") if (column := self.cleaned_data.get(name))]
        if len(chosen) != len(set(chosen)):
            raise ValidationError("Each column holds one thing: choose different ones.")
        return self.cleaned_data

    @property
    def columns(self) -> Columns:
        return Columns(**self.cleaned_data)


def _columns(text: str, separator: str) -> tuple[list[tuple[int, str]], str]:
    """(number, label) of each column, and why the file cannot be read so, or ""."""
    try:
        lines = lines_of(text, separator if separator in dict(SEPARATORS) else SEPARATORS[0][0])
    except FileRefused as refusal:
        return [(1, "1")], str(refusal)
    widest = max(len(line.cells) for line in lines)
    return [(number, _label(number, lines[0].cell(number))) for number in range(1, widest + 1)], ""


def _label(number: int, sample: str) -> str:
    shown = sample if len(sample) <= SHOWN_LENGTH else f"{sample[:SHOWN_LENGTH]}…"
    return f"{number}: {shown}" if shown else str(number)
