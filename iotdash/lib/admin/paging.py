"""Pages of a list that may have any number of rows."""

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from iotdash.lib.lists import COUNT_LIMIT, bounded_count


class AtLeast(int):
    """A count that stopped: shown as "10,000+"."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class BoundedPaginator(Paginator):
    """Counts up to 10,000 rows, and pages through as many: whoever looks farther narrows the list."""

    @cached_property
    def count(self) -> int:
        found = bounded_count(self.object_list, COUNT_LIMIT)
        return found.value if found.exact else AtLeast(found.value)
