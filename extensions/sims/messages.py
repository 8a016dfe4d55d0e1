"""Text messages as people see them: what was sent and how far it got, and what SIMs sent back."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.template.defaultfilters import pluralize

from extensions.core.models import STANDING_STILL, ExtensionConfig, Operation, State
from extensions.core.presenting import OPERATION_TONES
from extensions.sims import operations, queries
from extensions.sims.models import ReceivedSms
from extensions.sims.sync import reports
from iotdash.lib.lists import Column, Filter, ListState, bounded_count, page

RECEIVED = "received"
OFTEN_S, SELDOM_S = 2, 5
_COLUMNS = (Column("at", "Time"),)
_SHOW = Filter("show", "Show", ((RECEIVED, "Received"),))
# An accepted message is not a delivered one; the other states are called as everywhere.
_LABELS = {
    State.ACCEPTED: "Accepted, not delivered yet",
    State.CONFIRMED: "Delivered",
    State.TIMED_OUT: "Accepted, delivery not known",
    State.UNKNOWN: "Not known whether it was sent",
}


@dataclass(frozen=True)
class Message:
    """`words` are what the carrier says of it; `operation` is how it was sent, None for one that was received.

    `sim_id` is the primary key of the SIM, None where nothing is known of it any more.
    """

    text: str
    subject: str
    at: datetime
    label: str = "Received"
    tone: str = "success"
    words: str = ""
    operation: Operation | None = None
    sim_id: int | None = None


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    active: bool


def sends(config: ExtensionConfig, provider: Any) -> bool:
    return any(spec.id == operations.SMS for spec in operations.of(provider, config.settings))


def list_context(config: ExtensionConfig, provider: Any, query: QueryDict, subject: str = "") -> Mapping[str, Any]:
    """One page of messages of one SIM, or of all that begin as searched for. Raises BadListQuery."""
    replies = "replies" in provider.supports
    state = ListState.from_query(query, _COLUMNS, (_SHOW,) if replies else (), default_sort="-at")
    received = state.value("show") == RECEIVED
    reads, order = (queries.received_sms, "-received_at") if received else (queries.sent_sms, "-asked_at")
    found = reads(config, subject, state.search)
    count = bounded_count(found)
    shown = page(found, order_by=order, cursor=state.cursor, size=state.size)
    messages = _shown(config, shown.rows)
    return {
        **_what_changes(config, subject, messages, str(count)),
        "messages_shown": messages,
        "tabs": [Tab("Sent", "?", not received), Tab("Received", f"?show={RECEIVED}", received)] if replies else [],
        "received": received,
        "kept": [("show", RECEIVED)] if received else [],
        "clear_url": state.search and (f"?show={RECEIVED}" if received else "?"),
        "state": state,
        "count": f"{count} message{pluralize(count.value)}",
        "next_url": shown.next_cursor and state.query(cursor=shown.next_cursor),
        "previous_url": shown.previous_cursor and state.query(cursor=shown.previous_cursor),
    }


def _shown(config: ExtensionConfig, rows: Sequence[Operation | ReceivedSms]) -> list[Message]:
    sim_ids = queries.sim_ids(config, (row.subject for row in rows))
    told = [_received(row) if isinstance(row, ReceivedSms) else _sent(row) for row in rows]
    return [replace(message, sim_id=sim_ids.get(message.subject)) for message in told]


def _what_changes(config: ExtensionConfig, subject: str, shown: Sequence[Message], count: str) -> dict[str, Any]:
    """Whether replies are awaited, in how many seconds to look again (0: nothing will change), and what is `seen`."""
    if config.state in STANDING_STILL:
        return {"awaited": False, "look_again": 0, "seen": ""}
    awaited = bool(subject) and reports.waits_for_replies(config, subject)
    under_way = any(message.operation and not message.operation.settled for message in shown)
    told = [(each.subject, each.sim_id, each.at, each.label, each.words, each.text) for each in shown]
    seen = hashlib.sha256(repr((awaited, count, told)).encode()).hexdigest()[:16]
    return {"awaited": awaited, "look_again": OFTEN_S if awaited or under_way else SELDOM_S, "seen": seen}


def _sent(row: Operation) -> Message:
    state = State(row.state)
    return Message(
        text=str(row.parameters.get("message", "")),
        subject=row.subject,
        at=row.asked_at,
        label=_LABELS.get(state, state.label),
        tone=OPERATION_TONES[state],
        words=row.sentence,
        operation=row,
    )


def _received(row: ReceivedSms) -> Message:
    return Message(row.text, row.subject, row.received_at)
