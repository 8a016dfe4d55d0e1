"""What became of an import, as a file."""

from collections.abc import Iterator

from iotdash.lib.tables import as_csv
from iotdash.organizations.models import MemberImport

HEADINGS = ("line", "email", "role", "membership ends", "outcome", "remark")
_FIELDS = ("number", "address", "role", "expiry", "outcome", "words")


def lines(member_import: MemberImport) -> Iterator[str]:
    return as_csv(HEADINGS, ([row[field] for field in _FIELDS] for row in member_import.results))
