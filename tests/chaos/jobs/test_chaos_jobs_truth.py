"""The judge of the kill test with a job finds whatever is wrong, and its plan is the seed's."""

from dataclasses import replace

import pytest

from tests.chaos.jobs import plan
from tests.chaos.jobs.plan import AFTER, BEFORE
from tests.chaos.jobs.truth import Evidence, Item, Write, judge
from tests.chaos.plan import Victim

GOOD = Evidence(
    items=[Item("1", "done", operations=("confirmed",)), Item("2", "failed", "Lost.", ("failed",))],
    writes=[Write("1", False), Write("1", True), Write("2", False)],
    states={"1": AFTER, "2": BEFORE},
    job="finished",
    doubts=1,
)
DONE, FAILED = GOOD.items
UNKNOWN = Item("1", "unknown", operations=("unknown",))


def test_nothing_is_wrong_where_nothing_is_wrong():
    assert judge(GOOD) == []
    assert judge(replace(GOOD, items=[UNKNOWN, FAILED])) == []


WRONG = {
    "one item for each SIM": {"items": [DONE, DONE, FAILED]},
    "one job for one form": {"jobs": 2},
    "the job ends": {"job": "running"},
    "every item has an outcome": {"items": [replace(DONE, state="under way"), FAILED]},
    "one operation for each item": {"items": [replace(DONE, operations=("confirmed", "confirmed")), FAILED]},
    "items as their operations": {"items": [replace(DONE, operations=("unknown",)), FAILED]},
    "none performed twice": {"writes": [*GOOD.writes, Write("1", True)]},
    "done happened": {"writes": [Write("1", False)]},
    "failed did not happen": {"writes": [*GOOD.writes, Write("2", True)]},
    "the log is true": {"states": {"1": BEFORE, "2": BEFORE}},
    "few in doubt": {"items": [UNKNOWN, FAILED], "doubts": 0},
    "most are done": {"doubts": 0},
}


@pytest.mark.parametrize(("rule", "wrong"), WRONG.items(), ids=WRONG)
def test_each_rule_can_be_broken(rule, wrong):
    assert rule in {broken.rule for broken in judge(replace(GOOD, **wrong))}


@pytest.mark.parametrize(
    "wrong",
    [{"items": [DONE]}, {"told": 0}, {"writes": [*GOOD.writes, Write("1", False)]}],
    ids=["a SIM without item", "an end that nobody was told", "asked again though nothing came of it"],
)
def test_each_rule_finds_more(wrong):
    assert judge(replace(GOOD, **wrong))


def test_the_same_seed_plans_the_same_and_meets_every_process():
    made = plan.make(5, 10_000, 10)
    assert made == plan.make(5, 10_000, 10) != plan.make(6, 10_000, 10)
    assert {kill.victim for kill in made.killing.kills} == set(Victim)
    assert sum(len(carrier.iccids) for carrier in made.killing.carriers) == 10_000
    assert len({iccid for carrier in made.killing.carriers for iccid in carrier.iccids}) == 10_000
