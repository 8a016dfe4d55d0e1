"""The list of SIMs as a table: its filter, order and columns, all of its rows."""

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict

from extensions.sims import numbers, queries
from extensions.sims.inventory import filters
from extensions.sims.inventory.columns import BY_NAME
from extensions.sims.inventory.listing import question_of, rows_of, state_of, surroundings
from extensions.sims.inventory.ranges import BY_SUBJECT
from iotdash.lib.downloads import all_pages
from iotdash.lib.lists import matching
from iotdash.organizations.models import Membership


def exported(membership: Membership, query: QueryDict) -> tuple[list[str], Iterator[list[Any]]]:
    """Headings and rows. Raises BadListQuery."""
    configs = list(queries.configurations(membership.organization))
    state = state_of(configs, query)
    chosen = filters.chosen(configs, state)
    asked = matching(rows_of(chosen), question_of(chosen, state, numbers.searched(membership)))
    columns, around = [BY_NAME[column.name] for column in state.shown], surroundings(membership, configs)
    pages = all_pages(asked.parts, order_by=state.order_by, then=[BY_SUBJECT])
    rows = ([each.text(sim, around) for each in columns] for sims in pages for sim in sims)
    return [each.column.label for each in columns], rows
