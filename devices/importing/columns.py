"""What the columns of a table may hold, and by which headings they are known."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.models import INFO_FIELDS, Device
from devices.rest.names import INFO

TYPE, DEVICE, METADATA, MEASURED_AT, TAGS = "type", "device_id", "metadata", "measured_at", "tags"
# Of a version 1.10 a spreadsheet makes the number 1.1.
_NUMBERED = ("serial_number", "model", "fw_version", "hw_version")
PLACE = ("latitude", "longitude", "elevation", "accuracy")
_NOT_COMPARED = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class ImportColumn:
    """`aliases` are other headings for the same. `exact`: of its texts a spreadsheet must not have made numbers.

    `needed`: without it no row can be read.
    """

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    exact: bool = False
    needed: bool = False


NAMING = (
    ImportColumn(TYPE, "Device type", ("type", "type ID", "typeId", "device type ID"), exact=True, needed=True),
    ImportColumn(DEVICE, "Device ID", ("id", "device", "deviceId"), exact=True, needed=True),
)


def _info_columns() -> list[ImportColumn]:
    rest = {field: name for name, field in INFO.items()}
    labels = {name: Device._meta.get_field(name).verbose_name.capitalize() for name in INFO_FIELDS}
    return [
        ImportColumn(name, labels[name], (rest[name], f"deviceInfo.{rest[name]}"), exact=name in _NUMBERED)
        for name in INFO_FIELDS
    ]


REGISTRATION = (
    *NAMING,
    *_info_columns(),
    ImportColumn(METADATA, "Metadata", ("meta",)),
    ImportColumn("latitude", "Latitude", ("lat",)),
    ImportColumn("longitude", "Longitude", ("long", "lon", "lng")),
    ImportColumn("elevation", "Elevation", ("elevation in metres", "altitude")),
    ImportColumn("accuracy", "Accuracy", ("accuracy in metres",)),
    ImportColumn(MEASURED_AT, "Measured at", ("measuredDateTime",)),
    ImportColumn(TAGS, "Tags", ("tag",)),
)


def recognised(headings: Sequence[str], columns: Sequence[ImportColumn]) -> list[str]:
    """For each heading the name of its column, "" for one that is not known, or was taken by an earlier one."""
    by_heading = {
        _compared(heading): column.name
        for column in reversed(columns)
        for heading in (*column.aliases, column.name, column.label)
    }
    names: list[str] = []
    for heading in headings:
        name = by_heading.get(_compared(heading), "")
        names.append("" if name in names else name)
    return names


def missing(names: Sequence[str], columns: Sequence[ImportColumn]) -> list[str]:
    """Labels of columns without which no row can be read."""
    return [column.label for column in columns if column.needed and column.name not in names]


def in_words(labels: Sequence[str]) -> str:
    """ "device type and the device ID", to stand in a sentence; "" for none."""
    return " and the ".join(f"{label[:1].lower()}{label[1:]}" for label in labels)


def by_name(columns: Sequence[ImportColumn]) -> Mapping[str, ImportColumn]:
    return {column.name: column for column in columns}


def _compared(heading: str) -> str:
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", heading).casefold())
