"""Which rows of a list are meant: those that were ticked, or all that its filter finds."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

from iotdash.lib.lists import ListState, Question, Rows, in_words
from iotdash.organizations.jobs.again import OUTCOMES
from iotdash.runtime.jobs import MOST_ITEMS, Told, TooMany
from iotdash.runtime.models import Job

EVERYTHING, QUERY, JOB, OUTCOME = "everything", "query", "job", "outcome"
# Of primary keys no more digits than all of them have.
_KEY = re.compile("[0-9]{1,18}")
Row = TypeVar("Row", bound=Model)


class NothingSelected(Exception):
    """The message says what to do."""


@dataclass(frozen=True)
class Asked:
    """What a query asks of a list."""

    state: ListState
    rows: Rows
    question: Question


@dataclass(frozen=True)
class Selectable(Generic[Row]):
    """A list whose rows can be ticked. `tick`: the name of the boxes; `what`: plural of the rows; `own`: all of them.

    `asked` reads a query, and raises BadListQuery. `jobs`: those whose items have such rows as targets.
    """

    tick: str
    what: str
    own: QuerySet[Row]
    asked: Callable[[QueryDict], Asked]
    jobs: QuerySet[Job]


@dataclass(frozen=True)
class Selection(Generic[Row]):
    """`hidden`: (name, value) pairs by which a form says the same again."""

    rows: QuerySet[Row]
    hidden: Sequence[tuple[str, str]]
    words: str

    @property
    def told(self) -> Told:
        """For the job that is made of it."""
        asked = in_words(dict(self.hidden).get(QUERY, ""))
        words = self.words[:1].upper() + self.words[1:]
        return [("Selected when rehearsed", f"{words} ({asked})" if asked else words)]


def selected(given: QueryDict, of: Selectable[Row]) -> Selection[Row]:
    """Raises NothingSelected, TooMany, and BadListQuery for a filter that there is not."""
    if given.get(EVERYTHING):
        return _matching(given.get(QUERY, ""), of)
    if given.get(JOB):
        return _of_job(given[JOB], given.get(OUTCOME, ""), of)
    keys = {int(key) for value in given.getlist(of.tick) for key in value.split(",") if _KEY.fullmatch(key)}
    if not keys:
        raise NothingSelected(f"Nothing is selected. Tick {of.what} in the list, or take all that match its filter.")
    if len(keys) > MOST_ITEMS:
        raise TooMany
    rows = of.own.filter(pk__in=keys)
    if not rows.exists():
        raise NothingSelected(f"None of the ticked {of.what} is there any more. Tick others in the list.")
    return Selection(rows, [(of.tick, ",".join(map(str, sorted(keys))))], "ticked in the list")


def _matching(query: str, of: Selectable[Row]) -> Selection[Row]:
    asked = of.asked(QueryDict(query.removeprefix("?")))
    found = asked.rows.meeting(asked.question.conditions)
    if asked.question.search:
        found = found.filter(reduce(or_, (Q(each.walked) for each in asked.question.search)))
    # Without what the list's pages need of each row.
    rows = of.own.filter(pk__in=found.prefetch_related(None).order_by().values("pk"))
    filtered = bool(asked.state.search or asked.state.filters)
    words = "all that match the filter of the list" if filtered else f"all {of.what} of the organization"
    number = rows[: MOST_ITEMS + 1].count()
    if not number:
        raise NothingSelected(f"There are no {of.what}: none of {words}. Change the filter, and select again.")
    if number > MOST_ITEMS:
        raise TooMany
    return Selection(rows, [(EVERYTHING, "1"), (QUERY, urlencode(asked.state.parameters()))], words)


def _of_job(job_id: str, outcome: str, of: Selectable[Row]) -> Selection[Row]:
    job = of.jobs.filter(public_id=job_id).first() if _is_id(job_id) else None
    if job is None or outcome not in OUTCOMES:
        raise NothingSelected(f"There is no such job of {of.what} (any more). Select them in the list.")
    rows = of.own.filter(pk__in=job.items.filter(state=outcome).values("target"))
    if not rows.exists():
        raise NothingSelected(f"None of the {of.what} of this job is {outcome}. Select others in the list.")
    return Selection(rows, [(JOB, job_id), (OUTCOME, outcome)], f"{outcome} in the job “{job.title}”")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
