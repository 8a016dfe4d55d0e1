"""Writes: keeping a file until it is confirmed, and inviting the people in it, once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from iotdash.audit.services import Source, record
from iotdash.organizations.invitations import limits, queries, rules, services
from iotdash.organizations.invitations.errors import InvitationRefused
from iotdash.organizations.invitations.importing import judging
from iotdash.organizations.invitations.importing.columns import Columns
from iotdash.organizations.invitations.importing.files import MOST_ROWS, Line, lines_of, text_of, too_many
from iotdash.organizations.models import MemberImport, Membership, Organization
from iotdash.organizations.roles import Role

FORGOTTEN_AFTER = timedelta(days=1)
# An outcome that only a confirmed row has.
DONE = "invited"


def find(organization: Organization, import_id: UUID) -> MemberImport | None:
    return organization.member_imports.filter(public_id=import_id).first()


def newest(organization: Organization, count: int = 10) -> QuerySet[MemberImport]:
    return organization.member_imports.defer("text").order_by("-created_at")[:count]


def keep(source: Source, organization: Organization, file_name: str, raw: bytes) -> MemberImport:
    """Keeps a file with guessed columns; nobody is invited. Raises FileRefused."""
    text = text_of(raw)
    columns = Columns.guess(text)
    lines = lines_of(text, columns.separator)
    rows = len(lines) - bool(columns.heading(lines))
    if rows > MOST_ROWS:
        raise too_many(rows)
    name = "".join(each for each in file_name if each.isprintable())[-200:]
    options = columns.as_options()
    return MemberImport.objects.create(
        organization=organization, file_name=name, text=text, options=options, created_by=source.actor
    )


def change_columns(member_import: MemberImport, columns: Columns) -> None:
    """Nothing happens once it is confirmed."""
    open_ones = MemberImport.objects.filter(pk=member_import.pk, confirmed_at=None)
    open_ones.update(options=columns.as_options())


def preview(member_import: MemberImport, actor: Membership) -> list[judging.Judged]:
    """What would become of each row now. Raises FileRefused."""
    return judging.judge(_rows(member_import), actor, limits.room(actor.organization))


@transaction.atomic
def confirm(source: Source, actor: Membership, member_import: MemberImport, seen: str) -> MemberImport:
    """Invites whoever can be invited and keeps what became of each row; a second time nothing happens.

    `seen` tells which columns the member looked at. Raises InvitationRefused, NotAllowed, FileRefused.
    """
    actor = rules.acting(actor)
    rules.require_mail(actor.organization)
    current = _locked(actor, member_import)
    if current.confirmed_at is not None:
        return current
    if seen != seen_as(current):
        raise InvitationRefused("The columns were changed meanwhile. Look at the rows again before you confirm.")
    rows = _rows(current)
    rules.lock_addresses(actor.organization, [row.normalized for row in rows if row.normalized])
    judged = judging.judge(rows, actor, limits.room(actor.organization))
    _invite(source, actor, judged, current.file_name)
    current.results = [_result(row) for row in judged]
    current.text, current.confirmed_at = "", timezone.now()
    current.save(update_fields=["results", "text", "confirmed_at"])
    invited = sum(row.new for row in judged)
    record(source, "members imported", "import", current.file_name, invited=invited, left_out=len(judged) - invited)
    return current


def seen_as(member_import: MemberImport) -> str:
    """Differs whenever the columns do: what is confirmed is what was looked at."""
    return " ".join(str(value) for value in Columns.from_options(member_import.options).as_options().values())


def heading(member_import: MemberImport) -> Line | None:
    """The row that names the columns and is left out, if there is one. Raises FileRefused."""
    columns = Columns.from_options(member_import.options)
    return columns.heading(lines_of(member_import.text, columns.separator))


def forget_old() -> None:
    """Due-finder: files that nobody confirmed for a day."""
    MemberImport.objects.filter(confirmed_at=None, created_at__lte=timezone.now() - FORGOTTEN_AFTER).delete()


def _locked(actor: Membership, member_import: MemberImport) -> MemberImport:
    rows = MemberImport.objects.select_for_update(no_key=True)
    current = rows.filter(pk=member_import.pk, organization=actor.organization).first()
    if current is None:
        raise InvitationRefused("This file was forgotten, because nobody confirmed it for a day. Upload it again.")
    return current


def _rows(member_import: MemberImport) -> list[judging.Judged]:
    columns = Columns.from_options(member_import.options)
    return judging.read(lines_of(member_import.text, columns.separator), columns)


def _invite(source: Source, actor: Membership, rows: list[judging.Judged], file_name: str) -> None:
    new = [row for row in rows if row.new]
    expired = queries.known(actor.organization, [row.normalized for row in new]).invitations
    for row in new:
        wanted = services.Wanted(row.email, row.role, row.member_expires_at)
        services.issue(source, actor, wanted, expired.get(row.normalized), file=file_name)


def _result(row: judging.Judged) -> dict[str, Any]:
    return {
        "number": row.number,
        "address": row.email,
        "role": Role(row.role).label,
        "expiry": row.member_expires_at and row.member_expires_at.isoformat(),
        "outcome": DONE if row.new else row.outcome.value,
        "words": row.words,
    }
