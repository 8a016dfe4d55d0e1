"""Reads: imports of an organization, and what is wrong with one."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from devices.importing.forms import letters
from devices.models import DeviceImport, DeviceImportProblem
from iotdash.organizations.models import Organization

_HEADINGS = ("row", "column", "heading", "value", "problem")


def find(organization: Organization, import_id: UUID) -> DeviceImport | None:
    return organization.device_imports.select_related("organization").filter(public_id=import_id).first()


def newest(organization: Organization, count: int = 10) -> QuerySet[DeviceImport]:
    return organization.device_imports.defer("content", "headings", "columns").order_by("-created_at")[:count]


def problems(found: DeviceImport) -> QuerySet[DeviceImportProblem]:
    """Of its newest dry run, in the order of the file."""
    return found.problems.filter(check_id=found.check_id)


def by_column(found: DeviceImport) -> list[tuple[str, int]]:
    """Headings with the number of problems below each, the most first."""
    counted = problems(found).order_by().values_list("column", "heading").annotate(count=Count("pk"))
    return [(heading or "the whole row", count) for _, heading, count in counted.order_by("-count", "column")]


def problem_table(found: DeviceImport) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    """All of them, with the headings they are downloaded under."""
    rows = problems(found).order_by("pk").iterator(chunk_size=1_000)
    return _HEADINGS, ((each.row, place(each), each.heading, each.value, each.words) for each in rows)


def place(problem: DeviceImportProblem) -> str:
    """The column as a spreadsheet names it, "" for the whole row."""
    return letters(problem.column - 1) if problem.column else ""
