"""State of a list in its URL, keyset paging, bounded counts."""

from iotdash.lib.lists.counting import COUNT_LIMIT, Count, bounded_count
from iotdash.lib.lists.paging import Page, page
from iotdash.lib.lists.state import BadListQuery, Column, Filter, ListState

__all__ = ["COUNT_LIMIT", "BadListQuery", "Column", "Count", "Filter", "ListState", "Page", "bounded_count", "page"]
