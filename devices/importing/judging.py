"""Rows of a table, and what would become of each: the same for the dry run and for the job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from devices.importing.columns import DEVICE, TYPE, ImportColumn
from devices.models import Device
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization

ADD, UPDATE, SAME = "add", "update", "same"
Name = tuple[str, str]


@dataclass(frozen=True)
class Problem:
    """`column` is a name, "" for the row as a whole; `words` is a sentence."""

    column: str
    words: str


@dataclass(frozen=True)
class Given:
    """A row by the names of columns: `values` without empty cells, `marks` as in `spreadsheets.Row`."""

    row: int
    values: Mapping[str, str]
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> Name:
        return self.values.get(TYPE, ""), self.values.get(DEVICE, "")

    @property
    def subject(self) -> str:
        """The device as the activity log names it, or the row."""
        return "/".join(self.name) if all(self.name) else f"row {self.row}"


@dataclass(frozen=True)
class Judged:
    """`change` is one of ADD, UPDATE and SAME; with `problems` nothing can be done. `wanted`: what the job is given."""

    given: Given
    change: str = SAME
    problems: Sequence[Problem] = ()
    target: int | None = None
    wanted: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """An item of a job: `values` as they were judged."""

    key: int
    name: Name
    values: Mapping[str, Any]


class FirstRows:
    """Of each name the first row that had it. Kept by kinds of names, for there are as many as a table has rows."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, int]] = {}

    def of(self, kind: str, name: str, row: int) -> int:
        """`row` itself if none had it before."""
        return self._rows.setdefault(kind, {}).setdefault(name, row)


def unnamed(given: Given) -> list[Problem]:
    """Which parts of the device's name a row lacks."""
    parts = ((TYPE, "device type"), (DEVICE, "device ID"))
    return [Problem(column, f"The {what} is missing.") for column, what in parts if not given.values.get(column)]


def repeated(given: Given, rows: FirstRows) -> list[Problem]:
    """That an earlier row is about the same device."""
    first = rows.of(*given.name, given.row)
    if first == given.row:
        return []
    return [Problem(DEVICE, f"Row {first} has the same device. Leave one of the two out.")]


class Judge(Protocol):
    """Of one table: it remembers which devices and identifiers earlier rows named."""

    def judge(self, batch: Sequence[Given]) -> list[Judged]: ...


class Work(Protocol):
    """What a table is for."""

    def columns(self, organization: Organization) -> Sequence[ImportColumn]: ...

    def judge(self, organization: Organization, *, update: bool) -> Judge: ...

    def do(self, organization: Organization, wanted: Sequence[Wanted], source: Source) -> Mapping[int, str]:
        """Keys of those that could not be done → why, a sentence. In a transaction; one leaves the others alone."""


def devices_named(organization: Organization, names: Sequence[Name]) -> dict[Name, Device]:
    """Those that exist, with their types."""
    wanted = set(names)
    ids = sorted({device_id for _, device_id in wanted})
    rows = organization.devices.filter(device_id__in=ids).select_related("device_type", "organization")
    return {(each.type_name, each.device_id): each for each in rows if (each.type_name, each.device_id) in wanted}
