"""Work and where it comes from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from extensions.core.lanes.turn import Turn
from extensions.core.models import Lane, Purpose

# Calls for jobs after which one is made for something less urgent, if that is due.
JOBS_IN_A_ROW = 3
# What part of the rate jobs get while something less urgent is always due.
JOBS_SHARE = JOBS_IN_A_ROW / (JOBS_IN_A_ROW + 1)


@dataclass(frozen=True)
class Work:
    """The smallest piece that makes sense alone: best one call, so that more urgent work never waits for more.

    `run` makes its calls in sessions of the turn, notes in health how they went, and lets neither ProviderError nor
    LaneLost out. Its calls are counted for `purpose` and `config_id` (0: settings that are not saved yet). Finding work
    changes nothing: it may be found and not done.
    """

    run: Callable[[Turn], None]
    purpose: Purpose
    config_id: int = 0


class WorkSource(Protocol):
    """Where a lane's work comes from, registered at start-up."""

    def next(self, lane_id: int, now: datetime) -> Work | None: ...

    def next_due_at(self, lane_id: int) -> datetime | None: ...

    def due_lanes(self, now: datetime) -> Iterable[int]: ...

    def recover(self, lane_id: int) -> None:
        """Takes back work that a killed runner left unfinished."""


_sources: list[tuple[Purpose, WorkSource]] = []


def register_source(source: WorkSource, most_urgent: Purpose) -> None:
    """`most_urgent` is the most urgent purpose of its work and its place among the sources, whoever registers first.

    A source of a limited purpose has no other work: it is not asked while the budget is spent.
    """
    if all(source is not known for _, known in _sources):
        _sources.append((most_urgent, source))
        _sources.sort(key=lambda known: known[0].rank)


def sources(*, limited: bool = True) -> list[WorkSource]:
    """The most urgent first; without those of limited purposes if so asked."""
    return [source for purpose, source in _sources if limited or not purpose.limited]


def next_work(lane: Lane, now: datetime, *, limited: bool) -> Work | None:
    """The most urgent, but that jobs, which may take days, leave every fourth call to what is less urgent."""
    work = _first(sources(limited=limited), lane.pk, now)
    if work is None or work.purpose is not Purpose.JOBS or lane.jobs_in_a_row < JOBS_IN_A_ROW:
        return work
    less_urgent = [source for purpose, source in _sources if purpose.rank > Purpose.JOBS.rank]
    return _first([each for each in sources(limited=limited) if each in less_urgent], lane.pk, now) or work


def _first(asked: Iterable[WorkSource], lane_id: int, now: datetime) -> Work | None:
    return next(filter(None, (source.next(lane_id, now) for source in asked)), None)


def people_wait(lane_id: int, now: datetime) -> bool:
    """Whether people wait for what the lane is to do next, or for the confirmation of what they asked for."""
    asked = [source for purpose, source in _sources if purpose.for_people]
    work = _first(asked, lane_id, now)
    return work is not None and work.purpose.for_people


def limited_sources() -> list[WorkSource]:
    return [source for purpose, source in _sources if purpose.limited]
