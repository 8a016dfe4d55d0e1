"""A made-up kind of job, done in this process."""

import datetime as dt
from collections.abc import Mapping, Sequence

from iotdash.audit.services import Source
from iotdash.runtime import jobs
from iotdash.runtime.jobs import Begun, Draft, NotNow, Outcome, steering
from iotdash.runtime.models import Job, JobItem

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
SOMEBODY = Source("ada@example.com", "abc123", "192.0.2.7")
DONE, FAILED = Outcome(JobItem.State.DONE), Outcome(JobItem.State.FAILED, "It is broken.")


class Errands:
    """Each item is an errand: begun once, and at its end when the test says so."""

    name, action = "errand", None

    def __init__(self) -> None:
        self.room_for = 100
        self.begun: list[str] = []
        self.ends: dict[str, Outcome] = {}
        self.closed: set[str] = set()

    def room(self, job: Job, group: str) -> int:
        if group in self.closed:
            raise NotNow(f"{group} is closed.")
        return self.room_for

    def begin(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Begun | Outcome]:
        self.begun += [item.subject for item in items]
        return {item.pk: Begun(f"errand {item.subject}") for item in items}

    def outcomes(self, job: Job, items: Sequence[JobItem]) -> Mapping[int, Outcome]:
        return {item.pk: self.ends[item.subject] for item in items if item.subject in self.ends}

    def take_back(self, job: Job, items: Sequence[JobItem]) -> None:
        for item in items:
            self.ends.setdefault(item.subject, Outcome(JobItem.State.CANCELLED, "Taken back."))

    def address(self, job: Job, item: JobItem) -> str:
        return ""


def rehearsed(*subjects: str, group: str = "", **more) -> Job:
    return jobs.rehearse(SOMEBODY, "errand", "Run errands", [Draft(each, group=group) for each in subjects], **more)


def confirmed(*subjects: str, **options) -> Job:
    job = rehearsed(*subjects)
    steering.confirm(job, SOMEBODY, **options)
    return job


def states(job: Job) -> list[str]:
    return [item.state for item in job.items.order_by("position")]
