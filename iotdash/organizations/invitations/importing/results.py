"""What became of an import, as a table."""

from collections.abc import Iterable, Sequence
from typing import Any

from iotdash.organizations.models import MemberImport

_HEADINGS = ("line", "email", "role", "membership ends", "outcome", "remark")
_FIELDS = ("number", "address", "role", "expiry", "outcome", "words")


def table(member_import: MemberImport) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Headings, and a row for each line of the file."""
    return _HEADINGS, ([row[field] for field in _FIELDS] for row in member_import.results)
