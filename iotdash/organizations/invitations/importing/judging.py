"""What becomes of each row of a file: the same for the preview and for doing it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils import timezone

from iotdash.organizations import addresses
from iotdash.organizations.invitations import queries, rules
from iotdash.organizations.invitations.importing.columns import Columns, NotADate, expiry_of, role_of
from iotdash.organizations.invitations.importing.files import Line
from iotdash.organizations.invitations.limits import Room
from iotdash.organizations.invitations.services import member_already
from iotdash.organizations.models import Invitation, Membership
from iotdash.organizations.roles import Role


class Outcome(StrEnum):
    NEW = "new"
    MEMBER = "already a member"
    INVITED = "already invited"
    BAD_ADDRESS = "invalid address"
    BAD_DATE = "bad date"
    DUPLICATE = "duplicate in file"
    ABOVE = "above your own role"
    LIMIT = "daily limit reached"


@dataclass(frozen=True)
class Judged:
    """A row and what becomes of it. `words` say more: why not, or what was assumed."""

    number: int
    email: str
    role: Role
    member_expires_at: datetime | None
    outcome: Outcome = Outcome.NEW
    words: str = ""
    normalized: str = ""

    @property
    def new(self) -> bool:
        return self.outcome == Outcome.NEW

    def refused(self, outcome: Outcome, words: str) -> "Judged":
        return replace(self, outcome=outcome, words=words)


def read(lines: Sequence[Line], columns: Columns) -> list[Judged]:
    """What the rows say by themselves, the heading left out: addresses, roles, dates and repetitions."""
    heading = columns.heading(lines)
    return list(_without_repetitions(_read(line, columns) for line in lines if line is not heading))


def judge(rows: Sequence[Judged], actor: Membership, room: Room) -> list[Judged]:
    """What the organization says of them: who is known, which roles the actor may give, how many may be sent."""
    known = queries.known(actor.organization, [row.normalized for row in rows if row.new])
    known_rows = (_known(row, known) if row.new else row for row in rows)
    return list(_within(room, (_reached(row, actor) if row.new else row for row in known_rows)))


def _read(line: Line, columns: Columns) -> Judged:
    cell, default = line.cell(columns.role), Role(columns.default_role)
    role = role_of(cell)
    words = f"The role “{cell}” is not known: {default.label} instead." if cell and role is None else ""
    row = Judged(line.number, line.cell(columns.email), role or default, None, words=words)
    try:
        row = replace(row, normalized=addresses.normalized(row.email))
    except ValidationError:
        return row.refused(
            Outcome.BAD_ADDRESS, "This is not an email address." if row.email else "There is no address."
        )
    return _dated(row, line.cell(columns.expiry))


def _dated(row: Judged, cell: str) -> Judged:
    try:
        expires_at = expiry_of(cell)
    except NotADate as error:
        return row.refused(Outcome.BAD_DATE, f"“{cell}” {error.words}")
    if expires_at is not None and expires_at <= timezone.now():
        return row.refused(Outcome.BAD_DATE, f"“{cell}” has passed.")
    return replace(row, member_expires_at=expires_at)


def _without_repetitions(rows: Iterator[Judged]) -> Iterator[Judged]:
    first: dict[str, int] = {}
    for row in rows:
        if row.normalized and first.setdefault(row.normalized, row.number) != row.number:
            yield row.refused(Outcome.DUPLICATE, f"The address stands in line {first[row.normalized]} already.")
        else:
            yield row


def _known(row: Judged, known: queries.Known) -> Judged:
    if member := known.members.get(row.normalized):
        return row.refused(Outcome.MEMBER, member_already(member))
    invitation = known.invitations.get(row.normalized)
    if invitation and queries.shown_state(invitation) == Invitation.Status.PENDING:
        return row.refused(Outcome.INVITED, "Resend that invitation, or revoke it first.")
    return row


def _reached(row: Judged, actor: Membership) -> Judged:
    if not row.new or rules.may_give(actor, row.role):
        return row
    return row.refused(Outcome.ABOVE, f"Only {row.role.label}s invite {row.role.label}s.")


def _within(room: Room, rows: Iterator[Judged]) -> Iterator[Judged]:
    left = room.left
    for row in rows:
        if row.new and left <= 0:
            yield row.refused(Outcome.LIMIT, room.sentence)
        else:
            left -= row.new
            yield row
