"""Reads: jobs of an organization, how far they are, and what became of their items."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from django.db.models import Count, QuerySet

from iotdash.lib import batches
from iotdash.organizations.jobs import again
from iotdash.organizations.models import Organization
from iotdash.runtime.jobs import counting, kind_of
from iotdash.runtime.models import Job, JobItem

ItemState = JobItem.State
TONES = {
    Job.State.REHEARSED: "neutral",
    Job.State.HELD: "info",
    Job.State.RUNNING: "info",
    Job.State.PAUSED: "warning",
    Job.State.CANCELLED: "neutral",
    Job.State.FINISHED: "success",
}
ITEM_TONES = {
    ItemState.WAITING: "neutral",
    ItemState.UNDER_WAY: "info",
    ItemState.DONE: "success",
    ItemState.FAILED: "danger",
    ItemState.UNKNOWN: "warning",
    ItemState.LEFT_OUT: "neutral",
    ItemState.CANCELLED: "neutral",
}
RESULT_HEADINGS = ("number", "of", "result", "remark", "operation", "settled at (UTC)")
_REASONS = 10
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Progress:
    """A job with the number of its items in each state."""

    job: Job
    counts: Counter[ItemState]

    @property
    def to_do(self) -> int:
        """Items that were not left out from the start."""
        return self.job.total - self.left_out

    @property
    def left_out(self) -> int:
        return self.counts[ItemState.LEFT_OUT]

    @property
    def unknown(self) -> int:
        return self.counts[ItemState.UNKNOWN]

    @property
    def undone(self) -> list[tuple[str, str, int]]:
        """(value, label, count) of each state after which an item can be acted on again."""
        return [(state.value, state.label, self.counts[state]) for state in again.OUTCOMES if self.counts[state]]

    @property
    def settled(self) -> int:
        return self.to_do - self.counts[ItemState.WAITING] - self.counts[ItemState.UNDER_WAY]

    @property
    def tone(self) -> str:
        troubled = any(self.counts[state] for state in counting.ERRORS)
        return "warning" if troubled and self.job.state == Job.State.FINISHED else TONES[self.job.state]

    @property
    def told(self) -> list[tuple[str, str, str, int]]:
        """(value, label, tone, count) of each state that some item is in."""
        found = ((state, self.counts[state]) for state in ItemState)
        return [(state.value, state.label, ITEM_TONES[state], count) for state, count in found if count]


@dataclass(frozen=True)
class Item:
    """An item with the page of what it is about, and how its state looks."""

    row: JobItem
    url: str

    @property
    def tone(self) -> str:
        return ITEM_TONES[self.row.state]


def find(organization: Organization, job_id: object) -> Job | None:
    return _shown(organization).filter(public_id=job_id).first()


def matching(organization: Organization, *, state: str = "", search: str = "") -> QuerySet[Job]:
    """`search`: the beginning of the title. "" does not count."""
    found = _shown(organization)
    if state:
        found = found.filter(state=state)
    return found.filter(title__istartswith=search) if search else found


def _shown(organization: Organization) -> QuerySet[Job]:
    return Job.objects.filter(organization=organization.public_id).exclude(state=Job.State.DRAFT)


def with_progress(jobs: Sequence[Job]) -> list[Progress]:
    """The items of those that have ended were counted then."""
    counts: dict[int, Counter[ItemState]] = {job.pk: counting.kept(job) for job in jobs}
    uncounted = [job.pk for job in jobs if not job.counts]
    found = JobItem.objects.filter(job__in=uncounted).order_by().values_list("job_id", "state").annotate(Count("pk"))
    for job_id, state, count in found:
        counts[job_id][ItemState(state)] = count
    return [Progress(job, counts[job.pk]) for job in jobs]


def progress(job: Job) -> Progress:
    return Progress(job, counting.by_state(job))


def items(job: Job, *, state: str = "", search: str = "") -> QuerySet[JobItem]:
    """`search`: the beginning of what they are about. "" does not count."""
    found = job.items.all()
    if state:
        found = found.filter(state=state)
    return found.filter(subject__startswith=search) if search else found


def with_addresses(job: Job, rows: Sequence[JobItem]) -> list[Item]:
    kind = kind_of(job)
    return [Item(row, kind.address(job, row) if kind else "") for row in rows]


def reasons(job: Job) -> list[tuple[str, int]]:
    """Why items were left out, the most frequent first."""
    left_out = job.items.filter(state=ItemState.LEFT_OUT).order_by()
    return list(left_out.values_list("sentence").annotate(count=Count("pk")).order_by("-count", "sentence")[:_REASONS])


def results(job: Job) -> Iterator[tuple]:
    """What became of each item, below RESULT_HEADINGS."""
    # Whoever takes long to fetch the file keeps no cursor of the database open.
    return map(_result, chain.from_iterable(batches.of_rows(job.items.all(), _AT_ONCE, by="position")))


def _result(item: JobItem) -> tuple:
    settled = f"{item.settled_at:%Y-%m-%d %H:%M:%S}" if item.settled_at else ""
    return item.position, item.subject, item.get_state_display(), item.sentence, item.reference, settled
