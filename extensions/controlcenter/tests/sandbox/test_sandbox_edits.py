"""Changing SIMs: what is allowed, when it comes into force, and what refuses it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

ACTIVE, INVENTORY = "8988200000000000014", "8988200000000000030"
SUSPENDED, DEACTIVATED = "8988200000000000048", "8988200000000000055"
FOREIGN = "8988200000000050019"


def test_an_edit_in_force_at_once(carrier):
    reply = carrier.edit(ACTIVE, status="DEACTIVATED")
    assert (reply.status_code, reply.json()) == (200, {"iccid": ACTIVE})
    assert carrier.device(ACTIVE)["status"] == "DEACTIVATED"


def test_several_attributes_in_one_call(carrier):
    changes = {
        "ratePlan": "Fleet, roaming 1GB",
        "customer": "Harbour",
        "deviceID": "pump-18",
        "modemID": "m-1",
        "accountCustom10": "a",
        "operatorCustom5": "o",
        "customerCustom1": "c",
        "fixedIPAddress": "10.9.8.7",
    }
    assert carrier.edit(ACTIVE, overageLimitOverride="TEMPORARY_OVERRIDE", **changes).status_code == 200
    assert changes.items() <= carrier.device(ACTIVE).items()
    usage = carrier.get(f"/devices/{ACTIVE}/ctdUsages").json()
    assert usage["overageLimitOverride"] == "TEMPORARY_OVERRIDE"


def test_an_edit_is_all_or_nothing(carrier, error_of):
    before = carrier.device(ACTIVE)
    assert error_of(carrier.edit(ACTIVE, deviceID="new", ratePlan="None such")) == (400, "10000013")
    assert carrier.device(ACTIVE) == before


def test_first_activation_is_dated(carrier):
    assert carrier.device(INVENTORY)["dateActivated"] is None
    carrier.edit(INVENTORY, status="ACTIVATED")
    assert carrier.device(INVENTORY)["dateActivated"] == "2017-03-15 10:00:00.000+0000"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "ASLEEP"}, "10000005"),
        ({"status": "TRIAL"}, "10000005"),
        ({"status": "ACTIVATED_NAME"}, "10000005"),
        ({"status": None}, "10000005"),
        ({"ratePlan": "Gold"}, "10000013"),
        ({"ratePlan": ""}, "10000013"),
        ({"communicationPlan": "Morse"}, "10000014"),
        ({"customer": "Stranger"}, "10000015"),
        ({"overageLimitOverride": "SOMETIMES"}, "10000016"),
        ({"deviceID": "x" * 51}, "10000025"),
        ({"deviceID": "a,b"}, "10000025"),
        ({"modemID": "x" * 41}, "10000026"),
        ({"modemID": "a*"}, "10000026"),
        ({"colour": "red"}, "10000028"),
        ({"iccid": ACTIVE}, "10000028"),
        ({}, "10000011"),
        ({"effectiveDate": "2017-03-20T00:00:00Z"}, "10000011"),
        ({"deviceID": 17}, "10000023"),
        ({"deviceID": "x", "effectiveDate": "soon"}, "10000012"),
        ({"deviceID": "x", "effectiveDate": "2017-09-12T00:00:00Z"}, "10000012"),
    ],
)
def test_refused_values(carrier, error_of, changes, code):
    assert error_of(carrier.edit(ACTIVE, **changes)) == (400, code)


@pytest.mark.parametrize("body", ["{status: ACTIVATED}", "", "[]", '"ACTIVATED"'])
def test_bodies_that_are_not_an_object(carrier, error_of, body):
    assert error_of(carrier.call("PUT", f"/devices/{ACTIVE}", data=body)) == (400, "10000023")


@pytest.mark.parametrize("iccid", [ACTIVE, DEACTIVATED])
@pytest.mark.parametrize("status", ["INVENTORY", "ACTIVATION_READY", "TEST_READY"])
def test_no_way_back_to_pre_activation(carrier, error_of, iccid, status):
    assert error_of(carrier.edit(iccid, status=status)) == (400, "10000029")


def test_transitions_follow_the_matrix(carrier, error_of):
    assert error_of(carrier.edit(INVENTORY, status="DEACTIVATED")) == (400, "10000005")
    for status in ("ACTIVATION_READY", "INVENTORY", "ACTIVATED", "DEACTIVATED", "ACTIVATED", "RETIRED"):
        assert carrier.edit(INVENTORY, status=status).status_code == 200
        assert carrier.device(INVENTORY)["status"] == status
    refused = carrier.edit(INVENTORY, status="ACTIVATED")
    assert error_of(refused) == (400, "10000005")
    assert "RETIRED" in refused.json()["errorMessage"]


def test_the_matrix_can_be_replaced(carrier, controls, error_of):
    controls.post("settings", transitions={"RETIRED": ["ACTIVATED"], "ACTIVATED": ["RETIRED"]})
    assert error_of(carrier.edit(ACTIVE, status="DEACTIVATED")) == (400, "10000005")
    assert carrier.edit(ACTIVE, status="RETIRED").status_code == 200
    assert carrier.edit(ACTIVE, status="ACTIVATED").status_code == 200


def test_a_suspended_sim_keeps_its_status(carrier, controls, error_of):
    refused = carrier.edit(SUSPENDED, status="DEACTIVATED")
    assert error_of(refused) == (400, "10000005")
    assert "suspended" in refused.json()["errorMessage"]
    assert carrier.edit(SUSPENDED, deviceID="lift-1").status_code == 200
    controls.call("PUT", f"sims/{SUSPENDED}", {"suspended": "N"})
    assert carrier.edit(SUSPENDED, status="DEACTIVATED").status_code == 200


def test_a_delayed_status_change(carrier, controls):
    controls.post("settings", state_delay_s=90)
    assert carrier.edit(ACTIVE, status="DEACTIVATED", deviceID="now").status_code == 202
    at_once = carrier.device(ACTIVE)
    assert (at_once["status"], at_once["deviceID"]) == ("ACTIVATED", "now")
    controls.post("advance", seconds=89)
    assert carrier.device(ACTIVE)["status"] == "ACTIVATED"
    controls.post("advance", seconds=1)
    assert carrier.device(ACTIVE)["status"] == "DEACTIVATED"
    assert carrier.device(ACTIVE)["dateUpdated"] == "2017-03-15 10:01:30.000+0000"


def test_a_delayed_rate_plan_change(carrier, controls):
    controls.post("settings", plan_delay_s=5)
    assert carrier.edit(ACTIVE, ratePlan="Fleet, roaming 1GB").status_code == 202
    assert carrier.device(ACTIVE)["ratePlan"] == "EU 5MB"
    controls.post("advance", seconds=5)
    assert carrier.device(ACTIVE)["ratePlan"] == "Fleet, roaming 1GB"


def test_an_edit_with_an_effective_date(carrier, controls):
    reply = carrier.edit(ACTIVE, status="DEACTIVATED", deviceID="later", effectiveDate="2017-03-16T18:00:00+08:00")
    assert reply.status_code == 202
    assert carrier.device(ACTIVE)["deviceID"] == "pump-17"
    controls.post("advance", seconds=86400)
    device = carrier.device(ACTIVE)
    assert (device["status"], device["deviceID"]) == ("DEACTIVATED", "later")


def test_an_effective_date_that_is_past_means_now(carrier):
    assert carrier.edit(ACTIVE, deviceID="x", effectiveDate="2017-03-01Z").status_code == 200


def test_a_scheduled_change_that_is_no_longer_allowed_fails(carrier, controls):
    carrier.edit(ACTIVE, status="DEACTIVATED", effectiveDate="2017-03-16T10:00:00Z")
    carrier.edit(ACTIVE, status="RETIRED")
    controls.post("advance", seconds=86400)
    assert carrier.device(ACTIVE)["status"] == "RETIRED"
    newest = carrier.get(f"/devices/{ACTIVE}/auditTrails").json()["deviceAuditTrails"][0]
    assert (newest["value"], newest["status"]) == ("DEACTIVATED", "Failed")


def test_setting_what_is_set_changes_nothing(carrier):
    before = carrier.device(ACTIVE)
    assert carrier.edit(ACTIVE, status="ACTIVATED", deviceID="pump-17").status_code == 200
    assert carrier.device(ACTIVE) == before


def test_who_may_edit(as_user, carrier, error_of):
    assert error_of(as_user("reader").edit(ACTIVE, deviceID="x")) == (400, "10000030")
    assert error_of(carrier.edit(FOREIGN, deviceID="x")) == (404, "20000001")
    assert error_of(carrier.edit("12", deviceID="x")) == (400, "10000021")
    assert error_of(as_user("west").edit(FOREIGN, operatorCustom1="x")) == (400, "10000008")
    assert error_of(as_user("west").edit(FOREIGN, customerCustom1="x")) == (400, "10000010")
    assert as_user("west").edit(FOREIGN, accountCustom1="x").status_code == 200


def test_the_log_says_what_was_performed(carrier, sandbox):
    carrier.edit(ACTIVE, status="DEACTIVATED", ratePlan="Fleet, roaming 1GB")
    carrier.edit(ACTIVE, status="INVENTORY")
    done, refused = sandbox.state.calls()
    assert [(one.iccid, one.what, one.before, one.after) for one in done.performed] == [
        (ACTIVE, "status", "ACTIVATED", "DEACTIVATED"),
        (ACTIVE, "rate_plan", "EU 5MB", "Fleet, roaming 1GB"),
    ]
    assert (done.status, done.error_code, done.method, done.account) == (200, None, "PUT", "editor")
    assert (refused.status, refused.error_code, refused.performed) == (400, "10000029", ())


def test_two_edits_at_once_do_not_pass_each_other(carrier, sandbox, controls):
    controls.post("settings", transitions={"ACTIVATED": ["DEACTIVATED", "RETIRED"]})
    with ThreadPoolExecutor(2) as both:
        statuses = ("DEACTIVATED", "RETIRED")
        replies = list(both.map(lambda status: carrier.edit(ACTIVE, status=status), statuses))
    assert sorted(reply.status_code for reply in replies) == [200, 400]
    performed = [one for call in sandbox.state.calls() for one in call.performed]
    assert [one.after for one in performed] == [carrier.device(ACTIVE)["status"]]


def test_many_edits_at_once_all_count(carrier, sandbox):
    names = [f"accountCustom{number}" for number in range(1, 11)]
    with ThreadPoolExecutor(5) as crowd:
        replies = list(crowd.map(lambda name: carrier.edit(ACTIVE, **{name: "set"}), names))
    assert {reply.status_code for reply in replies} == {200}
    device = carrier.device(ACTIVE)
    assert [device[name] for name in names] == ["set"] * 10
