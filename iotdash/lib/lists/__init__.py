"""State of a list in its URL, keyset paging, bounded counts, what is asked of its rows and how they are found.

What stands around the rows is in `furniture`, apart because it needs forms.
"""

from iotdash.lib.lists.conditions import Condition
from iotdash.lib.lists.counting import COUNT_LIMIT, Count, bounded_count
from iotdash.lib.lists.finding import Matching, Question, Rows, matching
from iotdash.lib.lists.paging import Page, Parts, page
from iotdash.lib.lists.state import BadListQuery, Column, Filter, ListState, in_words

__all__ = [
    "COUNT_LIMIT",
    "BadListQuery",
    "Column",
    "Condition",
    "Count",
    "Filter",
    "ListState",
    "Matching",
    "Page",
    "Parts",
    "Question",
    "Rows",
    "bounded_count",
    "in_words",
    "matching",
    "page",
]
