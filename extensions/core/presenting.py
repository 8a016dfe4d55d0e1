"""How states look: tones of health and operations, the steps of an operation from asked to its outcome, and the rows of
the call meter.
"""

from dataclasses import dataclass
from datetime import datetime

from extensions.core.lanes.call_history import DAYS_TOLD
from extensions.core.lanes.meter import Meter
from extensions.core.models import Health, Operation, Purpose, State

HEALTH_TONES = {
    Health.NOT_CHECKED: "neutral",
    Health.CONNECTED: "success",
    Health.NEEDS_ATTENTION: "danger",
    Health.THROTTLED: "warning",
    Health.QUOTA_SPENT: "warning",
    Health.UNREACHABLE: "danger",
    Health.UNREADABLE: "danger",
    Health.PAUSED: "neutral",
}
OPERATION_TONES = {
    State.QUEUED: "info",
    State.SENT: "info",
    State.ACCEPTED: "info",
    State.CONFIRMED: "success",
    State.REFUSED: "danger",
    State.FAILED: "danger",
    State.CANCELLED: "neutral",
    State.TIMED_OUT: "warning",
    State.UNKNOWN: "warning",
}


@dataclass(frozen=True)
class Step:
    """One line of the steps component; `state` is done, current, waiting, failed or unknown."""

    label: str
    state: str
    at: datetime | None = None
    by: str = ""
    note: str = ""


def steps(operation: Operation) -> list[Step]:
    """Asked, sent, accepted (writes only) and the outcome: asked and confirmed are two things."""
    reached = [
        Step("Asked", "done", operation.asked_at, operation.asked_by),
        _between("Sent", operation.sent_at, current=operation.state == State.QUEUED, operation=operation),
    ]
    if operation.kind != "read":
        current = operation.state == State.SENT
        reached.append(_between("Accepted", operation.accepted_at, current=current, operation=operation))
    return [*reached, _outcome(operation)]


def _between(label: str, at: datetime | None, *, current: bool, operation: Operation) -> Step:
    if at:
        return Step(label, "done", at)
    waiting = current and not operation.settled
    return Step(label, "current" if waiting else "waiting", note=operation.sentence if waiting else "")


def _outcome(operation: Operation) -> Step:
    state = State(operation.state)
    if state is State.UNKNOWN:
        return Step("Outcome unknown", "unknown", operation.settled_at, note=operation.sentence)
    if not operation.settled:
        current = state is State.ACCEPTED or (state is State.SENT and operation.kind == "read")
        label = "Answered" if operation.kind == "read" else "Confirmed"
        return Step(label, "current" if current else "waiting", note=operation.sentence if current else "")
    look = "done" if state is State.CONFIRMED else "unknown" if state is State.TIMED_OUT else "failed"
    label = "Answered" if operation.kind == "read" and state is State.CONFIRMED else state.label
    return Step(label, look, operation.settled_at, note=operation.sentence)


def calls_by_purpose(meter: Meter) -> list[tuple[str, list[int]]]:
    """Purposes that had own calls, with the number in each span; what people ask for is always among them."""
    rows = [(purpose, [span.own.get(purpose, 0) for span in meter.spans]) for purpose in Purpose]
    return [(purpose.label, numbers) for purpose, numbers in rows if any(numbers) or purpose is Purpose.PEOPLE]


def month_label(meter: Meter) -> str:
    return "This month" if meter.quota else f"Last {DAYS_TOLD} days"
