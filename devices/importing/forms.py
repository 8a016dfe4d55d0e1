"""Forms of the import: the file, and what its columns are."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from devices.importing.columns import ImportColumn, in_words, missing
from devices.importing.reading import LIMITS
from devices.models import DeviceImport

SHOWN_LENGTH = 40
NOT_READ = "-"


class UploadForm(forms.Form):
    what = forms.ChoiceField(
        label="What the file holds",
        choices=DeviceImport.What.choices,
        initial=DeviceImport.What.DEVICES,
        widget=forms.RadioSelect,
        help_text="Devices come first; device configuration is for devices that exist.",
    )
    file = forms.FileField(
        label="CSV or XLSX file",
        allow_empty_file=True,
        help_text=f"At most {LIMITS.megabytes} MB and {LIMITS.rows:,} rows. Nothing is changed yet.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )
    update = forms.BooleanField(
        label="Update existing",
        required=False,
        help_text="Rows of devices that exist change them. An empty cell leaves what is there.",
    )


class ColumnsForm(forms.Form):
    """A choice for each column of the file."""

    def __init__(self, data: Any, *, found: DeviceImport, columns: Sequence[ImportColumn]) -> None:
        super().__init__(data)
        self.found, self.known = found, columns
        choices = [(NOT_READ, "Not read"), *((column.name, column.label) for column in columns)]
        for index, (heading, name) in enumerate(zip(found.headings, found.columns, strict=True)):
            self.fields[f"column-{index}"] = forms.ChoiceField(
                label=labelled(index, heading), choices=choices, initial=name or NOT_READ
            )
        self.fields["update"] = forms.BooleanField(
            label="Update existing", required=False, initial=found.update_existing
        )

    @property
    def chosen(self) -> list[str]:
        """Names of columns, "" for one that is not read."""
        given = (self.cleaned_data.get(f"column-{index}", NOT_READ) for index in range(len(self.found.headings)))
        return ["" if name == NOT_READ else name for name in given]

    def clean(self) -> dict[str, Any]:
        names = [name for name in self.chosen if name]
        twice = next((column.label for column in self.known if names.count(column.name) > 1), "")
        if twice:
            raise ValidationError(f"{twice} is chosen for two columns. Choose it for one of them.")
        if lacking := missing(names, self.known):
            raise ValidationError(f"Say which column holds the {in_words(lacking)}.")
        return self.cleaned_data


def labelled(index: int, heading: str) -> str:
    """The column as a spreadsheet names it, and what stands in its first row."""
    shown = heading if len(heading) <= SHOWN_LENGTH else f"{heading[:SHOWN_LENGTH]}…"
    return f"{letters(index)}: {shown}" if shown else letters(index)


def letters(index: int) -> str:
    """A for 0, AA for 26."""
    first, last = divmod(index, 26)
    return f"{letters(first - 1) if first else ''}{chr(65 + last)}"
