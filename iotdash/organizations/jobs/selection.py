"""Which rows of a list are meant: those that were ticked, or all that its filter finds."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Generic, TypeVar
from urllib.parse import unquote_plus, urlencode

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

from iotdash.lib.lists import ListState, Question, Rows
from iotdash.runtime.jobs import MOST_ITEMS, Told, TooMany

EVERYTHING, QUERY = "everything", "query"
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

    `asked` reads a query, and raises BadListQuery.
    """

    tick: str
    what: str
    own: QuerySet[Row]
    asked: Callable[[QueryDict], Asked]


@dataclass(frozen=True)
class Selection(Generic[Row]):
    """`hidden`: (name, value) pairs by which a form says the same again."""

    rows: QuerySet[Row]
    hidden: Sequence[tuple[str, str]]
    words: str

    @property
    def told(self) -> Told:
        """For the job that is made of it."""
        query = unquote_plus(dict(self.hidden).get(QUERY, ""))
        words = self.words[:1].upper() + self.words[1:]
        return [("Selected", f"{words}: {query}" if query else words)]


def selected(given: QueryDict, of: Selectable[Row]) -> Selection[Row]:
    """Raises NothingSelected, TooMany, and BadListQuery for a filter that there is not."""
    if given.get(EVERYTHING):
        return _matching(given.get(QUERY, ""), of)
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
    if not rows.exists():
        raise NothingSelected(f"There are no {of.what}: none of {words}. Change the filter, and select again.")
    return Selection(rows, [(EVERYTHING, "1"), (QUERY, urlencode(asked.state.parameters()))], words)
