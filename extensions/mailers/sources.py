"""Mail as work of lanes: one message, one piece of work."""

from datetime import datetime
from functools import partial

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from extensions.core.lanes import Purpose, Work
from extensions.core.models import ExtensionConfig
from extensions.mailers import senders, testmail
from extensions.mailers.sending import send
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import progress

# People look on while one message or a few leave. What is more, an import of invitations say, is background work.
MOST_FOR_PEOPLE = 5
State = OutboxMail.State
_DUE = Q(settled_at=None, state=State.QUEUED, holder="")
_ORGANIZATION = OuterRef("organization__public_id")


class _Source:
    """Of organizations that share an account, the one that was not served for longest is next."""

    def next(self, lane_id: int, now: datetime) -> Work | None:
        waiting = OutboxMail.objects.filter(_DUE, next_attempt_at__lte=now, organization=_ORGANIZATION)
        configs = senders.working().filter(Exists(waiting), lane_id=lane_id)
        config = configs.order_by(F("last_attempt_at").asc(nulls_first=True), "pk").first()
        return _work(config, now) if config else None

    def next_due_at(self, lane_id: int) -> datetime | None:
        return progress.queued(_organizations_of(lane_id)).aggregate(at=Min("next_attempt_at"))["at"]

    def due_lanes(self, now: datetime) -> set[int]:
        """Also of what a killed runner held, and of what waits without need."""
        due = Q(state=State.QUEUED, next_attempt_at__lte=now) | Q(state=State.WAITING)
        open_ones = OutboxMail.objects.filter(due, settled_at=None, organization=_ORGANIZATION)
        return set(senders.working().filter(Exists(open_ones)).values_list("lane_id", flat=True))

    def recover(self, lane_id: int) -> None:
        """And whatever was mended lets its mail go on."""
        organizations = _organizations_of(lane_id)
        progress.recover(organizations)
        progress.release(organizations)


def _organizations_of(lane_id: int) -> QuerySet:
    return senders.organizations(senders.working().filter(lane_id=lane_id))


def _work(config: ExtensionConfig, now: datetime) -> Work | None:
    due = progress.queued([config.organization.public_id]).filter(next_attempt_at__lte=now)
    mail = due.filter(kind=testmail.KIND).first() or due.first()
    return Work(partial(send, config, mail), _purpose(mail, due), config.pk) if mail else None


def _purpose(mail: OutboxMail, due: QuerySet[OutboxMail]) -> Purpose:
    if mail.kind == testmail.KIND:
        return Purpose.PEOPLE
    few = due[: MOST_FOR_PEOPLE + 1].count() <= MOST_FOR_PEOPLE
    return Purpose.PEOPLE if few and mail.attempts == 0 else Purpose.BACKGROUND


source = _Source()
