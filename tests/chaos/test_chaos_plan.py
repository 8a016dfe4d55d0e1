"""A kill test's plan is its seed's, and holds what a kill test needs."""

from tests.chaos import plan
from tests.chaos.people import form_in
from tests.chaos.plan import ORGANIZATIONS, Moment, Victim


def test_the_same_seed_gives_the_same_plan_and_another_one_another():
    assert plan.make(11, 500, 30) == plan.make(11, 500, 30)
    assert plan.make(11, 500, 30) != plan.make(12, 500, 30)


def test_a_long_plan_has_everything():
    made = plan.make(3, 2000, 52)
    assert len(made.operations) == 2000
    assert len({device.iccid for device in made.devices}) >= 300
    assert {each.operation for each in made.operations} == {"status", "rateplan", "sms"}
    assert {carrier.protocol for carrier in made.carriers} == {"rest", "soap"}
    assert [carrier.organizations for carrier in made.carriers].count(ORGANIZATIONS) == 1
    assert {each.device.organization for each in made.operations} == set(ORGANIZATIONS)
    assert len(made.kills) == 52
    assert {kill.moment for kill in made.kills} == set(Moment) - {Moment.SLICE}
    assert max(kill.after for kill in made.kills) < 4000


def test_a_short_plan_kills_everybody_at_least_once():
    assert {kill.victim for kill in plan.make(1, 60, 6).kills} == set(Victim)


def test_a_change_is_always_to_something_else():
    """Else a change that happened could not be told from one that did not."""
    shown = {}
    for each in plan.make(5, 2000, 52).operations:
        if each.operation == "sms" or each.value in (plan.NOT_ALLOWED, plan.NO_SUCH_PLAN):
            continue
        key = (each.device.iccid, each.operation)
        assert shown.get(key) != each.value
        shown[key] = each.value


def test_a_form_is_found_by_its_address_with_its_hidden_fields():
    page = """<form action="/a/operations/sms/"><input type="hidden" name="form_key" value="1"></form>
              <form action="/a/operations/status/"><input type="hidden" name="form_key" value="2">
              <input type="text" name="x"></form><input type="hidden" name="outside" value="3">"""
    assert form_in(page, "status").hidden == {"form_key": "2"}
    assert form_in(page, "status").action == "/a/operations/status/"
