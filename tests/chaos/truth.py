"""What must hold after a kill test. Each rule is a function of the evidence that yields what breaks it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from extensions.core.models import State
from extensions.sims.operations import RATE_PLAN, SMS, STATUS
from tests.chaos.evidence import Deed, Evidence, Row
from tests.chaos.plan import Disturbance, Victim

# Killing one of these can leave a call without an answer.
ANSWER_LOSING = (Victim.WORKER, Victim.SANDBOX)
STANDING_STILL = (Disturbance.LOCKED, Disturbance.FROZEN)
NOT_PERFORMED = (State.REFUSED, State.FAILED, State.CANCELLED)


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold. `key` names the operation's form, "" if there is none."""

    rule: str
    words: str
    key: str = ""


def judge(evidence: Evidence) -> list[Broken]:
    return [broken for rule in RULES for broken in rule(evidence)]


def asked_and_kept(evidence: Evidence) -> Iterator[Broken]:
    """Every form that was answered has its row, and nothing else has one."""
    rows = {row.key: row for row in evidence.rows}
    answered = {asking.asked_with: asking for asking in evidence.askings if asking.asked_with}
    for key, asking in answered.items():
        planned, row = asking.planned, rows.get(key)
        if row is None:
            yield Broken("none lost", f"{planned} was answered, and has no row", key)
        elif (row.iccid, row.operation, row.value) != (planned.device.iccid, planned.operation, planned.value):
            yield Broken("none lost", f"{planned} became {row.operation} “{row.value}” on {row.iccid}", key)
    for row in evidence.rows:
        if row.key not in answered:
            yield Broken("none doubled", f"a row that nobody was answered about: {_words(row)}", row.key)
    for asking in evidence.askings:
        if not asking.asked_with:
            yield Broken("none lost", f"{asking.planned} was never answered")


def all_settled(evidence: Evidence) -> Iterator[Broken]:
    """Everything ends; a change of state or plan ends with a known outcome."""
    for row in evidence.rows:
        if row.settled_at is None:
            yield Broken("all settled", f"not settled: {_words(row)}", row.key)
        elif row.state == State.TIMED_OUT or (row.state == State.UNKNOWN and row.operation in (STATUS, RATE_PLAN)):
            yield Broken("settled by read-back", _words(row), row.key)


def performed_as_told(evidence: Evidence) -> Iterator[Broken]:
    """What is confirmed happened, once; what is refused or failed did not; what is unknown left no trace."""
    matched, nobodys = match(evidence)
    for deed in nobodys:
        yield Broken("none performed twice", f"performed without being asked, or again: {deed}")
    for row in evidence.rows:
        count = len(matched.get(row.key, ()))
        if count > 1:
            yield Broken("none performed twice", f"{count} times: {_words(row)} {matched[row.key]}", row.key)
        elif row.state == State.CONFIRMED and not count and not _was_so_already(row, evidence):
            yield Broken("confirmed happened", f"it did not: {_words(row)}", row.key)
        elif row.state in NOT_PERFORMED and count:
            yield Broken("refused and failed did not happen", f"it did: {_words(row)} {matched[row.key]}", row.key)
        elif row.state == State.UNKNOWN and row.settled_at and count:
            yield Broken("unknown left no trace", f"the carrier has it: {_words(row)} {matched[row.key]}", row.key)


def _was_so_already(row: Row, evidence: Evidence) -> bool:
    """A change to what the SIM was: whether it was made again cannot be told by anybody."""
    earlier = [deed for deed in evidence.deeds if deed.iccid == row.iccid and deed.operation == row.operation]
    values = [deed.value for deed in earlier if deed.at < row.settled_at]
    return row.operation != SMS and bool(values) and values[-1] == row.value


def one_unknown_per_kill(evidence: Evidence) -> Iterator[Broken]:
    """In each account's lane a kill leaves at most the one call in doubt that was under way; nothing else does."""
    for lane, doubts in _doubts(evidence).items():
        free = [*_causes(evidence)]
        for row, seen_at in doubts:
            cause = next((at for at in free if row.sent_at and row.sent_at.timestamp() - 1 <= at <= seen_at), None)
            if cause is None:
                yield Broken(
                    "one unknown per kill", f"in lane {lane}, without a kill of its own: {_words(row)}", row.key
                )
            else:
                free.remove(cause)


def _doubts(evidence: Evidence) -> Mapping[int, list[tuple[Row, float]]]:
    """Lane → rows that were unknown for a time, with the time at which that was first seen."""
    found: dict[int, list[tuple[Row, float]]] = defaultdict(list)
    for row in evidence.rows:
        first = next((at for at, state in evidence.journal.get(row.key, ()) if state.startswith(State.UNKNOWN)), None)
        if first is not None:
            found[row.lane].append((row, first))
    for doubts in found.values():
        doubts.sort(key=lambda doubt: doubt[1])
    return found


def _causes(evidence: Evidence) -> list[float]:
    """Times of what may lose an answer: kills of either end of a call, a database or a worker that stands still."""
    kills = [kill.at for kill in evidence.killed if kill.victim in ANSWER_LOSING]
    return sorted(kills + [at for at, what in evidence.troubles if what in STANDING_STILL])


def log_is_truthful(evidence: Evidence) -> Iterator[Broken]:
    """The sandbox's log and state tell one story: each change starts where the one before ended."""
    last: dict[tuple[str, str], Deed] = {}
    references = [deed.reference for deed in evidence.deeds if deed.reference]
    for reference in {each for each in references if references.count(each) > 1}:
        yield Broken("the sandbox's log is true", f"message {reference} is logged twice")
    for deed in evidence.deeds:
        before = last.get((deed.iccid, deed.operation))
        if before and deed.operation != SMS and deed.before != before.value:
            yield Broken("the sandbox's log is true", f"{deed} does not follow {before}")
        last[deed.iccid, deed.operation] = deed
    for iccid, (state, plan) in evidence.shown.carrier.items():
        for operation, value in ((STATUS, state), (RATE_PLAN, plan)):
            deed = last.get((iccid, operation))
            if deed and deed.value != value:
                yield Broken("the sandbox's log is true", f"{iccid} is {value} after {deed}")


def rows_equal_the_carriers(evidence: Evidence) -> Iterator[Broken]:
    """After a last inventory every configuration shows every SIM of its account as the carrier has it, and no other."""
    for words in evidence.shown.differences():
        yield Broken("SIMs as the carrier has them", words)


Rule = Callable[[Evidence], Iterator[Broken]]
RULES: tuple[Rule, ...] = (
    asked_and_kept,
    all_settled,
    performed_as_told,
    one_unknown_per_kill,
    log_is_truthful,
    rows_equal_the_carriers,
)


def match(evidence: Evidence) -> tuple[dict[str, list[Deed]], list[Deed]]:
    """Key of a form → what the carrier did because of it; and deeds that belong to nobody.

    Of one kind only one may be unsettled on a SIM, so a change belongs to the row in whose time it was made. A message
    belongs to the row that names it, or else to one with its words that names none.
    """
    found: dict[str, list[Deed]] = defaultdict(list)
    nobodys = []
    by_place = _by_place(evidence)
    named = {row.reference: row for row in evidence.rows if row.operation == SMS and row.reference}
    for deed in evidence.deeds:
        rows = by_place.get((deed.iccid, deed.operation), [])
        if deed.operation == SMS:
            row = named.get(deed.reference) or _sender(rows, deed, found)
        else:
            row = next((row for since, row in _windows(rows) if _made_in(row, since, deed)), None)
        if row is None:
            nobodys.append(deed)
        else:
            found[row.key].append(deed)
    return found, nobodys


def _by_place(evidence: Evidence) -> Mapping[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in evidence.rows:
        found[row.iccid, row.operation].append(row)
    return found


def _sender(rows: list[Row], deed: Deed, found: Mapping[str, list[Deed]]) -> Row | None:
    """A row with these words that names no message and has none yet; if there is none, one that has a message."""
    fitting = [row for row in rows if row.value == deed.value and not row.reference and row.asked_at <= deed.at]
    free = [row for row in fitting if row.key not in found]
    doubled = [row for row in rows if row.value == deed.value and row.reference]
    return next(iter([*free, *fitting, *doubled]), None)


def _windows(rows: list[Row]) -> Iterator[tuple[datetime | None, Row]]:
    """Each row with the time at which the one before it was settled."""
    since = None
    for row in sorted(rows, key=lambda row: (row.settled_at is None, row.settled_at)):
        yield since, row
        since = row.settled_at


def _made_in(row: Row, since: datetime | None, deed: Deed) -> bool:
    late = row.settled_at is not None and deed.at > row.settled_at
    return not late and row.value == deed.value and deed.at >= max(filter(None, (row.asked_at, since)))


def _words(row: Row) -> str:
    return f"{row.operation} “{row.value}” on {row.iccid} is {row.state} after {row.attempts} attempts: {row.sentence}"
