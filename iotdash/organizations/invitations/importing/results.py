"""What became of an import, as a CSV file that a spreadsheet opens without running anything in it."""

import csv
import io

from iotdash.organizations.models import MemberImport

HEADINGS = ("line", "email", "role", "membership ends", "outcome", "remark")
_FIELDS = ("number", "address", "role", "expiry", "outcome", "words")
# A spreadsheet takes such a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(member_import: MemberImport) -> str:
    """With a byte-order mark, by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows([harmless(row[field]) for field in _FIELDS] for row in member_import.results)
    return f"\ufeff{out.getvalue()}"


def harmless(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
