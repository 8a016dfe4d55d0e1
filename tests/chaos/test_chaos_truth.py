"""The judge of a kill test finds what is lost, doubled and untrue, and accepts what is right."""

import datetime as dt
from dataclasses import replace

import pytest

from extensions.core.models import State
from extensions.sims.operations import SMS, STATUS
from tests.chaos.evidence import Deed, Evidence, Row, Shown
from tests.chaos.killer import Killed
from tests.chaos.people import Asking
from tests.chaos.plan import Carrier, Moment, Planned, PlannedDevice, Victim
from tests.chaos.report import Run, history, per_kind, text
from tests.chaos.truth import Broken, judge

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
ICCID, TEXTED = "8988200000000101010", "8988200000000101028"
OFF = ("Deactivated", "EU 5MB")
CARRIER = Carrier("chaos-1", "300020001", "rest", ("chaos1",))


def at(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def asking(key: str, operation: str, value: str, iccid: str) -> Asking:
    device = PlannedDevice("chaos1", "sim-1", CARRIER, iccid)
    return Asking(Planned(1, device, operation, "any", value), keys=[key], asked_with=key)


def row(key: str, operation: str, value: str, iccid: str, state: str, since: float, **more) -> Row:
    given = {
        "key": key,
        "organization": "chaos1",
        "lane": 1,
        "iccid": iccid,
        "operation": operation,
        "value": value,
        "state": state,
        "sentence": "",
        "reference": "",
        "attempts": 1,
        "asked_at": at(since),
        "sent_at": at(since + 1),
        "settled_at": at(since + 5),
    }
    return Row(**{**given, **more})


def deed(call: int, operation: str, before: str, value: str, iccid: str, seconds: float, reference: str = "") -> Deed:
    return Deed(call, at(seconds), iccid, operation, before, value, reference)


@pytest.fixture
def right() -> Evidence:
    """A state change that was made, one that was refused, and a message."""
    return Evidence(
        askings=[
            asking("made", STATUS, "Deactivated", ICCID),
            asking("refused", STATUS, "Inventory", ICCID),
            asking("texted", SMS, "hello", TEXTED),
        ],
        rows=[
            row("made", STATUS, "Deactivated", ICCID, State.CONFIRMED, 0),
            row("refused", STATUS, "Inventory", ICCID, State.REFUSED, 10),
            row("texted", SMS, "hello", TEXTED, State.CONFIRMED, 0, reference="77"),
        ],
        deeds=[
            deed(1, STATUS, "Activated", "Deactivated", ICCID, 2),
            deed(2, SMS, "", "hello", TEXTED, 2, "77"),
        ],
        killed=[],
        journal={},
        shown=Shown({ICCID: OFF}, {("chaos-1", ICCID): OFF}, frozenset({("chaos-1", ICCID)})),
    )


def with_row(evidence: Evidence, key: str, **changes) -> Evidence:
    return replace(evidence, rows=[replace(each, **changes) if each.key == key else each for each in evidence.rows])


def rules(evidence: Evidence) -> set[str]:
    return {broken.rule for broken in judge(evidence)}


def test_what_is_right_is_accepted(right):
    assert judge(right) == []


def test_a_form_that_was_answered_and_has_no_row_is_found(right):
    assert "none lost" in rules(replace(right, rows=right.rows[1:], deeds=right.deeds[1:]))


def test_a_form_that_became_something_else_is_found(right):
    assert "none lost" in rules(with_row(right, "refused", value="Retired"))


def test_an_operation_that_nobody_was_ever_answered_about_is_found(right):
    right.askings[1].asked_with = ""
    assert rules(right) == {"none lost", "none doubled"}


def test_a_second_row_for_one_form_is_found(right):
    again = row("again", SMS, "hello", TEXTED, State.REFUSED, 20)
    assert rules(replace(right, rows=[*right.rows, again])) == {"none doubled"}


def test_an_operation_without_an_end_is_found(right):
    assert "all settled" in rules(with_row(right, "refused", settled_at=None, state=State.QUEUED))


@pytest.mark.parametrize("state", [State.UNKNOWN, State.TIMED_OUT])
def test_a_state_change_that_ends_without_an_outcome_is_found(right, state):
    assert "settled by read-back" in rules(with_row(right, "made", state=state))


def test_a_change_that_was_made_twice_is_found(right):
    twice = deed(3, STATUS, "Deactivated", "Deactivated", ICCID, 3)
    assert rules(replace(right, deeds=[*right.deeds, twice])) == {"none performed twice"}


def test_a_change_that_was_made_again_after_it_was_settled_is_found(right):
    late = deed(3, STATUS, "Deactivated", "Deactivated", ICCID, 8)
    assert rules(replace(right, deeds=[*right.deeds, late])) == {"none performed twice"}


def test_a_message_that_was_sent_twice_is_found(right):
    assert "none performed twice" in rules(
        replace(right, deeds=[*right.deeds, deed(3, SMS, "", "hello", TEXTED, 3, "78")])
    )


def test_the_same_words_to_the_same_sim_are_told_apart_by_their_numbers(right):
    second = replace(right.rows[2], key="twin", reference="78", organization="chaos2")
    asked = asking("twin", SMS, "hello", TEXTED)
    both = replace(
        right,
        askings=[*right.askings, asked],
        rows=[*right.rows, second],
        deeds=[*right.deeds, deed(3, SMS, "", "hello", TEXTED, 2, "78")],
    )
    assert judge(both) == []


def test_a_confirmed_message_that_was_never_sent_is_found(right):
    assert rules(replace(right, deeds=right.deeds[:1])) == {"confirmed happened"}


def test_a_confirmed_change_that_never_happened_is_found(right):
    none = replace(right, deeds=right.deeds[1:], shown=Shown({}, {}))
    assert rules(none) == {"confirmed happened"}


@pytest.mark.parametrize("state", [State.REFUSED, State.FAILED])
def test_a_refused_or_failed_change_that_happened_is_found(right, state):
    assert rules(with_row(right, "made", state=state)) == {"refused and failed did not happen"}


def test_an_unknown_message_that_the_carrier_has_is_found(right):
    assert rules(with_row(right, "texted", state=State.UNKNOWN, reference="")) == {"unknown left no trace"}


def kill(number: int, victim: Victim, seconds: float) -> Killed:
    return Killed(number, victim, Moment.AT_ONCE, True, number, at(seconds).timestamp())


def doubt(seconds: float) -> list[tuple[float, str]]:
    return [(at(seconds).timestamp(), State.UNKNOWN.value)]


def test_a_doubt_after_a_kill_is_accepted(right):
    assert judge(replace(right, killed=[kill(1, Victim.WORKER, 2)], journal={"made": doubt(3)})) == []


@pytest.mark.parametrize("killed", [[], [kill(1, Victim.WEB, 2)], [kill(1, Victim.WORKER, -60)]])
def test_a_doubt_without_a_kill_that_could_cause_it_is_found(right, killed):
    assert rules(replace(right, killed=killed, journal={"made": doubt(3)})) == {"one unknown per kill"}


def test_two_doubts_in_one_lane_after_one_kill_are_found(right):
    doubts = {"made": doubt(3), "texted": doubt(3)}
    assert rules(replace(right, killed=[kill(1, Victim.SANDBOX, 2)], journal=doubts)) == {"one unknown per kill"}
    elsewhere = with_row(right, "texted", lane=2)
    assert judge(replace(elsewhere, killed=[kill(1, Victim.SANDBOX, 2)], journal=doubts)) == []


def test_a_log_that_leaves_a_change_out_is_found(right):
    gap = deed(3, STATUS, "Retired", "Inventory", ICCID, 12)
    assert "the sandbox's log is true" in rules(replace(right, deeds=[*right.deeds, gap]))


@pytest.mark.parametrize(
    "product",
    [
        {("chaos-1", ICCID): ("Activated", "EU 5MB")},
        {},
        {("chaos-1", ICCID): OFF, ("chaos-2", ICCID): OFF},
    ],
)
def test_a_sim_that_is_shown_wrongly_or_not_at_all_or_to_somebody_else_is_found(right, product):
    shown = replace(right.shown, product=product)
    assert rules(replace(right, shown=shown)) == {"SIMs as the carrier has them"}


RUN = Run(seed=5, operations=3, kills=1, on="SQLite", seconds=9, prepared_in=3)


def test_the_table_counts_by_kind(right):
    by_kind = {line["kind"]: line for line in per_kind(right)}
    assert (by_kind["state change"]["confirmed"], by_kind["state change"]["refused"]) == (1, 1)
    assert by_kind["all"]["asked"] == 3
    assert by_kind["all"]["performed"] == 2


def test_a_failure_names_the_command_that_repeats_its_plan(right):
    assert "make chaos SEED=5 OPERATIONS=3 KILLS=1" in text(RUN, right, [Broken("none lost", "one")])
    assert "None lost, none performed twice" in text(RUN, right, [])


def test_a_history_tells_all_sides_in_order_of_time(right):
    right.askings[0].attempts = [(at(0.5).timestamp(), "POST form made: 302")]
    told = replace(right, killed=[kill(1, Victim.WORKER, 2.5)], journal={"made": doubt(3)})
    lines = history(told, "made").splitlines()
    found = [next(n for n, line in enumerate(lines) if word in line) for word in ("302", "carrier", "kill of", "seen")]
    assert found == sorted(found)
