"""The activity log as people read it: filters, words for details, and the card on the overview."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from iotdash.lib.cards import CardContent
from iotdash.lib.lists import BadListQuery, Column, Filter, ListState
from iotdash.organizations import queries
from iotdash.organizations.models import Membership, Organization

COLUMNS = (
    Column("at", "Time"),
    Column("actor", "Who"),
    Column("action", "What"),
    Column("target", "On what"),
    Column("details", "Details"),
)
FILTERS = (
    Filter("action", "Action"),
    Filter("actor", "Who"),
    Filter("kind", "Kind"),
    Filter("from", "From"),
    Filter("to", "To"),
)
RECENT = 8


def state_of(query: QueryDict) -> ListState:
    """What the URL asks for. Raises BadListQuery."""
    return ListState.from_query(query, COLUMNS, FILTERS, default_sort="-at")


def checked(query: QueryDict) -> ListState:
    """The same; raises BadListQuery also for days that are none."""
    state = state_of(query)
    conditions(state)
    return state


def conditions(state: ListState) -> dict[str, Any]:
    """Keyword arguments for `queries.activity`; days begin at midnight in the person's zone.

    Raises BadListQuery.
    """
    return {
        "action": state.value("action"),
        "actor": state.value("actor"),
        "target_kind": state.value("kind"),
        "target_prefix": state.search,
        "since": _midnight(state, "from"),
        "before": _midnight(state, "to", days_later=1),
    }


def _midnight(state: ListState, name: str, days_later: int = 0) -> dt.datetime | None:
    text = state.value(name)
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=days_later)
        # Converted here, because the first day of the calendar has no UTC in eastern zones.
        return timezone.make_aware(dt.datetime.combine(day, dt.time.min)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise BadListQuery(f"“{text}” is not a date. Write it like 2026-01-31.") from None


def readable(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, text) of each detail that says something; a change is one line, "old → new"."""
    rest = dict(details)
    lines = []
    if "before" in rest and "after" in rest:
        lines.append(("Change", f"{_text(rest.pop('before'))} → {_text(rest.pop('after'))}"))
    said = ((name, value) for name, value in rest.items() if value not in (None, ""))
    return lines + [(name.replace("_", " ").capitalize(), _text(value)) for name, value in said]


def _text(value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return str(value)


def recent_activity(request: HttpRequest, organization: Organization, membership: Membership) -> CardContent:
    """The newest entries, for the overview."""
    entries = queries.activity(membership).order_by("-at", "-id")[:RECENT]
    return CardContent("organizations/cards/recent_activity.html", {"entries": entries})
