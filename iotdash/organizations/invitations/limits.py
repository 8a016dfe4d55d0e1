"""How many invitations an organization may send in 24 hours, resends included."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from iotdash.organizations.invitations.errors import DailyLimitReached
from iotdash.organizations.models import Organization
from iotdash.runtime.models import OutboxMail

KIND = "invitation"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Room:
    """`left` more may be sent now; when those are used up, the next one may be sent `again_at` (None: never)."""

    left: int
    again_at: datetime | None

    @property
    def sentence(self) -> str:
        limit = settings.IOTDASH_INVITATIONS_PER_DAY
        if self.again_at is None:
            return f"This installation sends {limit} invitations a day for each organization."
        again = timezone.localtime(self.again_at)
        return (
            f"Your organization may send {limit} invitations within 24 hours, and they are used up. "
            f"There is room again on {again.day} {again:%b %Y, %H:%M %Z}."
        )


def room(organization: Organization) -> Room:
    """Counts what was asked for, sent or not. Lock the organization's row first if something will be sent."""
    limit = settings.IOTDASH_INVITATIONS_PER_DAY
    if limit <= 0:
        return Room(0, None)
    asked = _asked_within_a_day(organization)
    # One goes free when so many are a day old that fewer than the limit are left.
    leaving = asked[max(len(asked) - limit, 0)] if asked else timezone.now()
    return Room(max(limit - len(asked), 0), leaving + DAY)


def require_room(organization: Organization) -> None:
    """Raises DailyLimitReached."""
    here = room(organization)
    if not here.left:
        raise DailyLimitReached(here.sentence)


def _asked_within_a_day(organization: Organization) -> list[datetime]:
    """When, oldest first."""
    mails = OutboxMail.objects.filter(organization=organization.public_id, kind=KIND)
    recent = mails.filter(created_at__gt=timezone.now() - DAY)
    return list(recent.order_by("created_at").values_list("created_at", flat=True))
