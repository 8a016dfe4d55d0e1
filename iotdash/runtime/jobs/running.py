"""Taking a job forward: a slice of it at a time, by one worker at a time."""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from iotdash.audit.services import record
from iotdash.runtime import leases
from iotdash.runtime.jobs import counting, kinds, messages
from iotdash.runtime.jobs.kinds import Begun, Kind, NotNow, Outcome
from iotdash.runtime.jobs.sources import source_of
from iotdash.runtime.models import Job, JobItem

State, ItemState = Job.State, JobItem.State
SLICE_SECONDS = 5
LEASE_SECONDS = 60
# How long a slice that was killed is waited for.
LOST_AFTER = timedelta(seconds=LEASE_SECONDS)
# How soon it is looked at again while something moves, and while nothing does.
SOON, LATER = timedelta(seconds=1), timedelta(seconds=3)
_AT_ONCE = 500

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
        again_in = _slice(job_id, lambda: leases.renew(name, holder, LEASE_SECONDS))
    finally:
        leases.release(name, holder)
    if again_in is not None:
        messages.send(job_id, timezone.now() + again_in)


def _slice(job_id: int, still_ours) -> timedelta | None:
    """When to look at it again; None if nothing has to be waited for."""
    began, moved = monotonic(), False
    while still_ours():
        job = Job.objects.get(pk=job_id)
        kind = kinds.kind_of(job)
        if kind is None:
            return _not_installed(job)
        step = _look(job, kind) + _begin(job, kind)
        moved = moved or bool(step)
        if not step or monotonic() - began > SLICE_SECONDS:
            return _rest(job, moved=moved)
    return SOON


def _look(job: Job, kind: Kind) -> int:
    """Writes down what became of items under way; how many those are."""
    settled, after = 0, 0
    under_way = job.items.filter(state=ItemState.UNDER_WAY).order_by("position")
    while batch := list(under_way.filter(position__gt=after)[:_AT_ONCE]):
        after = batch[-1].position
        with transaction.atomic():
            settled += _write(batch, kind.outcomes(job, batch))
    return settled


def _begin(job: Job, kind: Kind) -> int:
    """Begins as many as there is room for; how many those are. Says why where nothing can be begun."""
    if not _may_begin(job):
        return 0
    begun, obstacles = 0, []
    for group in _waiting(job).order_by("group").values_list("group", flat=True).distinct():
        try:
            begun += _begin_group(job, kind, group)
        except NotNow as obstacle:
            obstacles.append(str(obstacle))
    _say(job, " ".join(dict.fromkeys(obstacles)))
    return begun


def _begin_group(job: Job, kind: Kind, group: str) -> int:
    room = min(kind.room(job, group), _AT_ONCE)
    batch = list(_waiting(job).filter(group=group).order_by("position")[: max(room, 0)])
    if not batch:
        return 0
    with transaction.atomic():
        # Whoever pauses or cancels it waits for this, or this finds out.
        if not Job.objects.filter(pk=job.pk, state=State.RUNNING).update(state=State.RUNNING):
            return 0
        return _write(batch, kind.begin(job, batch))


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


def _write(items: list[JobItem], found: Mapping[int, Begun | Outcome]) -> int:
    now, changed = timezone.now(), []
    for item in items:
        if item.pk not in found:
            continue
        became = found[item.pk]
        if isinstance(became, Begun):
            item.state, item.reference = ItemState.UNDER_WAY, became.reference
        else:
            item.state, item.sentence, item.settled_at = became.state, became.sentence[:500], now
        changed.append(item)
    JobItem.objects.bulk_update(changed, ["state", "sentence", "reference", "settled_at"], batch_size=200)
    return len(changed)


def _rest(job: Job, *, moved: bool) -> timedelta | None:
    job.refresh_from_db()
    counts = counting.by_state(job)
    if job.state == State.HELD:
        return max(job.held_until - timezone.now(), timedelta(0))
    open_ones = counts[ItemState.UNDER_WAY] + (counts[ItemState.WAITING] if job.state == State.RUNNING else 0)
    if open_ones:
        return SOON if moved else LATER
    if job.state in (State.RUNNING, State.CANCELLED):
        _end(job)
    else:
        # Somebody may have resumed it at this moment.
        Job.objects.filter(pk=job.pk, state=job.state).update(next_at=None)
    return None


def _end(job: Job) -> None:
    state = State.CANCELLED if job.state == State.CANCELLED else State.FINISHED
    with transaction.atomic():
        ending = Job.objects.filter(pk=job.pk, ended_at=None, state=job.state)
        if ending.update(state=state, ended_at=timezone.now(), next_at=None, sentence=""):
            counts = {found.value: count for found, count in counting.by_state(job).items() if count}
            record(source_of(job), f"job {state.value}", "job", job.title, job=str(job.public_id), items=counts)


def _say(job: Job, sentence: str) -> None:
    """While it runs: why it was paused stays until it is resumed."""
    Job.objects.filter(pk=job.pk, state=State.RUNNING).exclude(sentence=sentence[:500]).update(sentence=sentence[:500])


def _not_installed(job: Job) -> timedelta | None:
    """It waits as it is: whoever can do it may come back."""
    _say(job, "What does this kind of work is not installed.")
    logger.warning("job %s is of the kind %s, which nobody does", job.public_id, job.kind)
    Job.objects.filter(pk=job.pk).update(next_at=None)
    return None
