"""Which column holds what, and what a cell says."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import MAXYEAR, UTC, date, datetime
from typing import Any, Self

from django.utils import timezone

from iotdash.organizations.days import end_of
from iotdash.organizations.invitations.importing.files import Line, guess_separator, lines_of
from iotdash.organizations.roles import Role

# As files of the original platform name the roles.
PLATFORM_ROLES = {
    "pd_admin_user": Role.ADMINISTRATOR,
    "pd_operator_user": Role.OPERATOR,
    "pd_developer_user": Role.DEVELOPER,
    "pd_analyst_user": Role.ANALYST,
    "pd_reader_user": Role.READER,
}
_ROLES = PLATFORM_ROLES | {role.value: role for role in Role}
# Fewer digits would be a moment before 1974, or no milliseconds.
_MILLISECONDS = re.compile(r"[0-9]{12,15}")


class NotADate(ValueError):
    """A cell that says no day and no moment. `words` follow the cell's own in a sentence."""

    words = "is not a date. Write it like 2027-01-31."


class TooLate(NotADate):
    """A day at the end of the calendar, which is none in every zone."""

    words = "is too far ahead. Leave it empty for a membership without end."


@dataclass(frozen=True)
class Columns:
    """Numbers from 1; 0: there is no such column. `default_role` is for rows whose role is missing or unknown."""

    separator: str
    email: int
    role: int = 0
    expiry: int = 0
    default_role: str = Role.READER.value

    @classmethod
    def guess(cls, text: str) -> Self:
        """Raises FileRefused."""
        separator = guess_separator(text)
        lines = lines_of(text, separator)
        email = _first_column(lines, lambda cell: "@" in cell) or 1
        role = _first_column(lines, lambda cell: role_of(cell) is not None)
        return cls(separator, email, role, _first_column(lines, _is_expiry))

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> Self:
        return cls(**options)

    def as_options(self) -> dict[str, Any]:
        return asdict(self)

    def heading(self, lines: Sequence[Line]) -> Line | None:
        """The first row, if it names the columns: an address has an @."""
        return lines[0] if lines and "@" not in lines[0].cell(self.email) else None


def role_of(cell: str) -> Role | None:
    return _ROLES.get(cell.lower())


def expiry_of(cell: str) -> datetime | None:
    """When a membership ends: a day (at its end, in the zone of the person who looks), or a moment.

    Unix milliseconds, as in 2017, or ISO 8601, as in 2018. None for an empty cell. Raises NotADate.
    """
    if not cell:
        return None
    try:
        moment = _moment(cell)
    except OverflowError:
        raise TooLate from None
    except ValueError:
        raise NotADate from None
    if moment.year >= MAXYEAR:
        raise TooLate
    return moment


def _moment(cell: str) -> datetime:
    if _MILLISECONDS.fullmatch(cell):
        return datetime.fromtimestamp(int(cell) / 1000, UTC)
    return _iso(cell).astimezone(UTC)


def _iso(cell: str) -> datetime:
    try:
        return end_of(date.fromisoformat(cell))
    except ValueError:
        moment = datetime.fromisoformat(cell)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _is_expiry(cell: str) -> bool:
    try:
        return expiry_of(cell) is not None
    except TooLate:
        return True
    except NotADate:
        return False


def _first_column(lines: Sequence[Line], fits: Callable[[str], bool]) -> int:
    """The first column of which a cell fits; 0 if none does."""
    return min((number for line in lines for number, cell in enumerate(line.cells, 1) if fits(cell)), default=0)
