"""How many invitations an organization may send in 24 hours, resends included."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from iotdash.organizations.invitations.errors import DailyLimitReached
from iotdash.organizations.models import Organization
from iotdash.runtime.models import OutboxMail

KIND = "invitation"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Room:
    """`left` more may be sent now. If none, `again_at` is when the next may; None: not while the limit stands."""

    left: int
    again_at: datetime | None = None

    @property
    def sentence(self) -> str:
        limit = settings.IOTDASH_INVITATIONS_PER_DAY
        if self.again_at is None:
            return f"This installation sends {limit} invitations a day for each organization."
        again = timezone.localtime(self.again_at)
        return (
            f"Your organization has sent the {limit} invitations that are allowed within 24 hours. "
            f"There is room again on {again.day} {again:%b %Y, %H:%M %Z}."
        )


def room(organization: Organization) -> Room:
    """Counts what was asked for, sent or not. Lock the organization's row first if something will be sent."""
    limit = settings.IOTDASH_INVITATIONS_PER_DAY
    asked = _asked_within_a_day(organization)
    used = asked.count()
    if used < limit:
        return Room(limit - used)
    # So many have to grow a day old before there is room for one.
    leaving = asked[used - limit : used - limit + 1].first() if limit > 0 else None
    return Room(0, leaving + DAY if leaving else None)


def require_room(organization: Organization) -> None:
    """Raises DailyLimitReached."""
    here = room(organization)
    if not here.left:
        raise DailyLimitReached(here.sentence)


def _asked_within_a_day(organization: Organization) -> QuerySet[OutboxMail, datetime]:
    mails = OutboxMail.objects.filter(organization=organization.public_id, kind=KIND)
    recent = mails.filter(created_at__gt=timezone.now() - DAY)
    return recent.order_by("created_at").values_list("created_at", flat=True)
