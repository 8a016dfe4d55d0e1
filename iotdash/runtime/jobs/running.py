"""Taking a job forward: a slice of it at a time, by one worker at a time."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from iotdash.audit.services import record
from iotdash.lib import batches
from iotdash.runtime import leases
from iotdash.runtime.jobs import counting, kinds, messages, undoing, writing
from iotdash.runtime.jobs.kinds import Kind, NotNow
from iotdash.runtime.jobs.sources import source_of
from iotdash.runtime.models import Job, JobItem

State, ItemState = Job.State, JobItem.State
SLICE_SECONDS = 5
LEASE_SECONDS = 20
# How long a slice that was killed is waited for.
LOST_AFTER = timedelta(seconds=LEASE_SECONDS)
# How soon it is looked at again while something moves, and while nothing does.
SOON, LATER = timedelta(seconds=1), timedelta(seconds=3)
_AT_ONCE = 500

StillOurs = Callable[[], bool]
logger = logging.getLogger(__name__)


def receive(job_id: int, due_at: datetime) -> None:
    """A job's message. One that is not expected any more is dropped."""
    now = timezone.now()
    expected = Job.objects.filter(pk=job_id, next_at=due_at)
    if expected.update(next_at=now + LOST_AFTER):
        run(job_id)


def run(job_id: int) -> None:
    """A slice of a job, and the message for the next one."""
    name, holder = f"job {job_id}", uuid.uuid4().hex
    if not leases.acquire(name, holder, LEASE_SECONDS):
        # Whoever has it may be about to leave without having seen what this message is for.
        messages.send(job_id, timezone.now() + SOON)
        return
    try:
        again = _slice(job_id, lambda: leases.renew(name, holder, LEASE_SECONDS))
    finally:
        leases.release(name, holder)
    if again:
        messages.send(job_id, timezone.now() + again.after, state=again.state)


@dataclass(frozen=True)
class _Again:
    """When to look at it again. Whoever moves it to another state meanwhile sends a message of their own."""

    state: str
    after: timedelta


def _slice(job_id: int, still_ours: StillOurs) -> _Again | None:
    """None if nothing has to be waited for."""
    job = Job.objects.filter(pk=job_id).first()
    kind = job and kinds.kind_of(job)
    if job is None or kind is None:
        return _not_installed(job) if job else None
    moved = _look(job, kind, still_ours)
    if job.state == State.CANCELLED:
        # Again each time: whoever cancelled it may have been killed before it was done.
        moved += undoing.undo(job)
    else:
        moved += _begin_all(job, kind, still_ours)
    return _rest(job, moved=bool(moved))


def _look(job: Job, kind: Kind, still_ours: StillOurs) -> int:
    """Writes down what became of items under way; how many those are."""
    settled = 0
    for batch in batches.of_rows(job.items.filter(state=ItemState.UNDER_WAY), _AT_ONCE, by="position"):
        if not still_ours():
            break
        settled += writing.write(batch, kind.outcomes(job, batch))
    return settled


def _begin_all(job: Job, kind: Kind, still_ours: StillOurs) -> int:
    """Begins items for the length of a slice, or until there is no room; how many those are."""
    until, begun = monotonic() + SLICE_SECONDS, 0
    while still_ours() and (step := _begin(job, kind)):
        begun += step
        if monotonic() > until:
            break
        job.refresh_from_db()
    return begun


def _begin(job: Job, kind: Kind) -> int:
    """Begins some of each group that has room; how many those are. Says why where nothing can be begun.

    Also where all was begun: what is under way waits for the same.
    """
    if not _may_begin(job):
        return 0
    begun, obstacles = 0, []
    not_ended = job.items.filter(state__in=counting.OPEN)
    for group in not_ended.order_by("group").values_list("group", flat=True).distinct():
        try:
            begun += _begin_group(job, kind, group)
        except NotNow as obstacle:
            obstacles.append(str(obstacle))
    _say(job, " ".join(dict.fromkeys(obstacles)))
    return begun


def _begin_group(job: Job, kind: Kind, group: str) -> int:
    room = min(kind.room(job, group), _AT_ONCE)
    if room <= 0 or not _waiting(job).filter(group=group).exists():
        return 0
    with transaction.atomic():
        # Whoever pauses or cancels it waits for this, or this finds out. So does a worker that stood still for longer
        # than its lease held: it finds what waits now, not what did then.
        if not Job.objects.filter(pk=job.pk, state=State.RUNNING).update(state=State.RUNNING):
            return 0
        batch = list(_waiting(job).filter(group=group).order_by("position")[:room])
        return writing.write(batch, kind.begin(job, batch)) if batch else 0


def _waiting(job: Job) -> QuerySet[JobItem]:
    return job.items.filter(state=ItemState.WAITING)


def _may_begin(job: Job) -> bool:
    if job.state == State.HELD and job.held_until <= timezone.now():
        Job.objects.filter(pk=job.pk, state=State.HELD).update(state=State.RUNNING)
        job.refresh_from_db()
    if job.state != State.RUNNING:
        return False
    sentence = kinds.refusal(job) or _too_many_errors(job)
    if sentence:
        _pause(job, sentence)
    return not sentence


def _too_many_errors(job: Job) -> str:
    if job.stop_after is None:
        return ""
    errors = counting.errors(job) - job.errors_forgiven
    if errors < job.stop_after:
        return ""
    what = "one error" if errors == 1 else f"{errors} errors"
    return f"Paused by itself after {what}. Look at them, then resume or cancel it."


def _pause(job: Job, sentence: str) -> None:
    with transaction.atomic():
        if Job.objects.filter(pk=job.pk, state=State.RUNNING).update(state=State.PAUSED, sentence=sentence[:500]):
            record(source_of(job), "job paused", "job", job.title, job=str(job.public_id), reason=sentence)
    job.refresh_from_db()


def _rest(job: Job, *, moved: bool) -> _Again | None:
    job = Job.objects.filter(pk=job.pk).first()
    if job is None:
        return None
    counts = counting.by_state(job)
    if job.state == State.HELD:
        return _Again(job.state, max(job.held_until - timezone.now(), timedelta(0)))
    going_on = job.state in (State.RUNNING, State.CANCELLED)
    if counts[ItemState.UNDER_WAY] or (going_on and counts[ItemState.WAITING]):
        return _Again(job.state, SOON if moved else LATER)
    if going_on:
        _end(job)
    else:
        # Somebody may have resumed it at this moment.
        Job.objects.filter(pk=job.pk, state=job.state).update(next_at=None)
    return None


def _end(job: Job) -> None:
    state = State.CANCELLED if job.state == State.CANCELLED else State.FINISHED
    counts = {found.value: count for found, count in counting.by_state(job).items() if count}
    with transaction.atomic():
        ending = Job.objects.filter(pk=job.pk, ended_at=None, state=job.state)
        if ending.update(state=state, ended_at=timezone.now(), next_at=None, sentence="", counts=counts):
            record(source_of(job), f"job {state.value}", "job", job.title, job=str(job.public_id), items=counts)


def _say(job: Job, sentence: str) -> None:
    """While it runs: why it was paused stays until it is resumed."""
    Job.objects.filter(pk=job.pk, state=State.RUNNING).exclude(sentence=sentence[:500]).update(sentence=sentence[:500])


def _not_installed(job: Job) -> None:
    """It waits as it is: whoever can do it may come back."""
    _say(job, "What does this kind of work is not installed.")
    logger.warning("job %s is of the kind %s, which nobody does", job.public_id, job.kind)
    Job.objects.filter(pk=job.pk).update(next_at=None)
