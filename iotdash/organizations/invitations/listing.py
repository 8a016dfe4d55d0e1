"""The list of invitations; the URL is its state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from iotdash.lib.lists import Column, Filter, ListState, bounded_count, page
from iotdash.organizations.invitations import limits, queries
from iotdash.organizations.invitations.rules import may_give
from iotdash.organizations.listing import around
from iotdash.organizations.models import Invitation, Membership
from iotdash.runtime.models import OutboxMail

COLUMNS = (Column("created", "Address", order_by="created_at"),)
STATES = (
    (Invitation.Status.PENDING.value, "Pending"),
    (queries.ENDING, "Expires within 24 hours"),
    (Invitation.EXPIRED, "Expired"),
    (Invitation.Status.ACCEPTED.value, "Accepted"),
    (Invitation.Status.REVOKED.value, "Revoked"),
)
DELIVERIES = ((queries.WAITING, "Waiting for the configuration"), (queries.FAILED, "Failed"))
FILTERS = (Filter("state", "State", choices=STATES), Filter("mail", "Mail", choices=DELIVERIES))
TONES = {
    Invitation.Status.PENDING: "info",
    Invitation.EXPIRED: "warning",
    Invitation.Status.ACCEPTED: "success",
    Invitation.Status.REVOKED: "neutral",
}
MAIL_TONES = {
    OutboxMail.State.QUEUED: "info",
    OutboxMail.State.WAITING: "warning",
    OutboxMail.State.DEFERRED: "warning",
    OutboxMail.State.DELIVERED: "success",
    OutboxMail.State.SENT: "success",
    OutboxMail.State.FAILED: "danger",
    OutboxMail.State.WITHDRAWN: "neutral",
}

# A page that was left open asks no longer than this for mail that does not move.
WATCHED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Row:
    """An invitation as it is listed for a member."""

    invitation: Invitation
    actor: Membership

    @property
    def state(self) -> str:
        return queries.shown_state(self.invitation)

    @property
    def state_label(self) -> str:
        return dict(STATES)[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def open(self) -> bool:
        return self.invitation.status == Invitation.Status.PENDING

    @property
    def unsent(self) -> bool:
        return queries.unsent(self.invitation)

    @property
    def may_change(self) -> bool:
        return may_give(self.actor, self.invitation.role)

    @property
    def may_resend(self) -> bool:
        return self.open and not self.invitation.over

    @property
    def may_copy(self) -> bool:
        return self.state == Invitation.Status.PENDING

    @property
    def mail(self) -> OutboxMail | None:
        """What became of the newest message, while that matters."""
        mail = self.invitation.mail
        return None if mail is None or mail.state == OutboxMail.State.WITHDRAWN else mail

    @property
    def mail_label(self) -> str:
        """Short, because what it waits for stands below."""
        mail = self.invitation.mail
        return "Waiting" if mail.state == OutboxMail.State.WAITING else mail.get_state_display()

    @property
    def mail_tone(self) -> str:
        return MAIL_TONES[self.invitation.mail.state]

    @property
    def next_attempt_at(self) -> datetime | None:
        """When it is tried again, if that has been put off."""
        mail = self.invitation.mail
        put_off = mail.state == OutboxMail.State.QUEUED and mail.next_attempt_at > timezone.now()
        return mail.next_attempt_at if put_off else None

    @property
    def moving(self) -> bool:
        """Whether something about it will change by itself in the next seconds."""
        mail, now = self.invitation.mail, timezone.now()
        queued = mail is not None and mail.state == OutboxMail.State.QUEUED
        return queued and mail.next_attempt_at <= now < mail.created_at + WATCHED_FOR


def context(request: HttpRequest) -> dict[str, Any]:
    """Raises BadListQuery."""
    state = ListState.from_query(request.GET, COLUMNS, FILTERS, default_sort="-created")
    found = queries.matching(
        request.organization, state=state.value("state"), mail=state.value("mail"), search=state.search
    )
    listed = page(found, order_by="-created_at", cursor=state.cursor, size=state.size)
    rows = [Row(invitation, request.membership) for invitation in listed.rows]
    return around(request, state, listed, bounded_count(found), "invitation") | {
        "rows": rows,
        "moving": any(row.moving for row in rows),
        "here": state.query(cursor=state.cursor),
        "room": limits.room(request.organization),
    }
