"""EditTerminal: one attribute a call, and the tokens of what is refused."""

import pytest
from sandbox_soap_client import fields

ACTIVE, INVENTORY = "8988200000000000014", "8988200000000000030"
SUSPENDED, DEACTIVATED = "8988200000000000048", "8988200000000000055"
FOREIGN, UNKNOWN = "8988200000000050019", "8988200000000009996"


def performed(sandbox):
    return [(one.what, one.after) for call in sandbox.state.calls() for one in call.performed]


def test_a_change_of_status(soap, sandbox, controls):
    controls.post("advance", seconds=60)
    answered = soap.edit(ACTIVE, 3, "DEACTIVATED_NAME")
    assert (answered.fault, answered.text("iccid"), answered.text("effectiveDate")) == ("", ACTIVE, "2017-03-15Z")
    known = soap.terminal(ACTIVE)
    assert (known["status"], known["dateModified"]) == ("DEACTIVATED_NAME", "2017-03-15T10:01:00.000Z")
    assert performed(sandbox) == [("status", "DEACTIVATED")]


@pytest.mark.parametrize(
    ("change_type", "target", "element"),
    [
        (1, "pump-18", "terminalId"),
        (2, "modem-1", "modemId"),
        (4, "Fleet, roaming 1GB", "ratePlan"),
        (6, "Harbour", "customer"),
        (7, "TEMPORARY_OVERRIDE", "overageLimitOverride"),
        *((16 + n, "text", f"custom{n}") for n in (1, 2, 3)),
        *((69 + n, "text", f"custom{n}") for n in (4, 7, 10)),
        *((41 + n, "text", f"operatorCustom{n}") for n in (1, 5)),
        *((46 + n, "text", f"customerCustom{n}") for n in (1, 5)),
    ],
)
def test_each_change_type_changes_its_attribute(soap, change_type, target, element):
    before = soap.terminal(ACTIVE)
    assert soap.edit(ACTIVE, change_type, target).fault == ""
    after = soap.terminal(ACTIVE)
    assert after[element] == target
    assert {name for name in after if after[name] != before.get(name)} == {element, "dateModified"}


@pytest.mark.parametrize("change_type", [0, 5, 8, 16, 20, 41, 52, 72, 80, -3])
def test_change_types_that_do_not_exist(soap, change_type):
    assert soap.edit(ACTIVE, change_type, "x").fault == "100200"


@pytest.mark.parametrize(
    ("number", "change_type", "target", "fault", "token"),
    [
        (ACTIVE, 3, None, "100300", "SIMSTATUS_NULL"),
        (ACTIVE, 3, "", "100300", "SIMSTATUS_NULL"),
        (ACTIVE, 3, "ACTIVATED", "100300", "SIMSTATUS_INVALID"),
        (ACTIVE, 3, "ASLEEP_NAME", "100300", "SIMSTATUS_INVALID"),
        (ACTIVE, 3, "PURGED_NAME", "100300", "SIMSTATUS_INVALID"),
        (ACTIVE, 3, "INVENTORY_NAME", "100300", "SIMSTATUS_INVALID_TRANSITION"),
        (DEACTIVATED, 3, "ACTIVATION_READY_NAME", "100300", "SIMSTATUS_INVALID_TRANSITION"),
        (INVENTORY, 3, "DEACTIVATED_NAME", "100300", "SIMSTATUS_INVALID_TRANSITION"),
        (SUSPENDED, 3, "DEACTIVATED_NAME", "100300", "SIMSTATUS_SUSPENDED"),
        (ACTIVE, 4, None, "100520", "RATEPLAN_NULL"),
        (ACTIVE, 4, "Gold", "100520", "RATEPLAN_INVALID"),
        (ACTIVE, 6, "Nobody", "100300", "CUSTOMERNAME_INVALID"),
        (ACTIVE, 7, None, "100300", "OVERRIDEMODE_NULL"),
        (ACTIVE, 7, "ALWAYS", "100300", "OVERRIDEMODE_INVALID"),
        (ACTIVE, 1, "a,b", "100300", "DEVICEID_INVALID"),
        (ACTIVE, 1, "x" * 51, "100300", "DEVICEID_INVALID"),
        (ACTIVE, 2, "a*b", "100300", "MODEMID_INVALID"),
        (ACTIVE, 2, "x" * 41, "100300", "MODEMID_INVALID"),
    ],
)
def test_refusals_and_their_tokens(soap, sandbox, number, change_type, target, fault, token):
    answered = soap.edit(number, change_type, target)
    assert (answered.fault, answered.message) == (fault, token)
    assert performed(sandbox) == []


@pytest.mark.parametrize(("number", "fault"), [(UNKNOWN, "100100"), (FOREIGN, "100100"), ("8988", "400500")])
def test_sims_that_are_not_there(soap, number, fault):
    assert soap.edit(number, 3, "DEACTIVATED_NAME").fault == fault


def test_a_reader_may_not_edit(soap_user, sandbox):
    assert soap_user("reader").edit(ACTIVE, 3, "DEACTIVATED_NAME").fault == "400201"
    assert performed(sandbox) == []


def test_custom_fields_that_the_user_may_not_edit(soap_user):
    west = soap_user("west")
    assert west.edit(FOREIGN, 17, "x").fault == ""
    assert west.edit(FOREIGN, 42, "x").fault == west.edit(FOREIGN, 47, "x").fault == "400201"


def test_the_order_of_an_edit_is_fixed(soap):
    right = fields(iccid=ACTIVE, targetValue="x", changeType=1)
    wrong = fields(iccid=ACTIVE, changeType=1, targetValue="x")
    assert soap.call("EditTerminal", right).fault == ""
    assert soap.call("EditTerminal", wrong).fault == "400000"


@pytest.mark.parametrize("change_type", ["three", "", "3.0"])
def test_a_change_type_is_a_number(soap, change_type):
    assert soap.edit(ACTIVE, change_type, "x").fault == "400000"


@pytest.mark.parametrize("zone", ["", "Z", "+00:00"])
def test_a_change_for_later(soap, controls, zone):
    answered = soap.edit(ACTIVE, 3, "DEACTIVATED_NAME", effectiveDate=f"2017-03-17{zone}")
    assert (answered.fault, answered.text("effectiveDate")) == ("", "2017-03-17Z")
    controls.post("advance", seconds=38 * 3600 - 1)
    assert soap.terminal(ACTIVE)["status"] == "ACTIVATED_NAME"
    controls.post("advance", seconds=1)
    assert soap.terminal(ACTIVE)["status"] == "DEACTIVATED_NAME"


def test_a_date_in_the_past_is_now(soap):
    answered = soap.edit(ACTIVE, 3, "DEACTIVATED_NAME", effectiveDate="2017-03-01")
    assert answered.text("effectiveDate") == "2017-03-15Z"
    assert soap.terminal(ACTIVE)["status"] == "DEACTIVATED_NAME"


def test_dates_that_cannot_be(soap):
    late = soap.edit(ACTIVE, 3, "DEACTIVATED_NAME", effectiveDate="2017-09-30")
    assert (late.fault, late.message) == ("100300", "INVALID_EFFECTIVE_DATE")
    for text in ("soon", "2017-02-30", "2017-03-17T00:00:00Z"):
        assert soap.edit(ACTIVE, 3, "DEACTIVATED_NAME", effectiveDate=text).fault == "400000"


def test_a_change_may_take_its_time(soap, controls):
    controls.post("settings", state_delay_s=30)
    assert soap.edit(ACTIVE, 3, "DEACTIVATED_NAME").fault == ""
    assert soap.terminal(ACTIVE)["status"] == "ACTIVATED_NAME"
    controls.post("advance", seconds=30)
    assert soap.terminal(ACTIVE)["status"] == "DEACTIVATED_NAME"


def test_an_edit_is_seen_by_rest_and_the_other_way_round(soap, carrier, controls):
    controls.post("advance", seconds=60)
    soap.edit(ACTIVE, 4, "Fleet, roaming 1GB")
    device = carrier.device(ACTIVE)
    assert (device["ratePlan"], device["dateUpdated"]) == ("Fleet, roaming 1GB", "2017-03-15 10:01:00.000+0000")
    found = carrier.get("/devices?modifiedSince=2017-03-15T10:01:00Z").json()["devices"]
    assert [each["iccid"] for each in found] == [ACTIVE]
    controls.post("advance", seconds=60)
    carrier.edit(INVENTORY, status="ACTIVATED", accountCustom4="north", deviceID="gate-1")
    known = soap.terminal(INVENTORY)
    assert (known["status"], known["custom4"], known["terminalId"]) == ("ACTIVATED_NAME", "north", "gate-1")
    assert known["dateModified"] == known["dateActivated"] == "2017-03-15T10:02:00.000Z"
    since = "<j:since>2017-03-15T10:01:00Z</j:since>"
    assert soap.modified(since).texts("iccids/iccid") == [INVENTORY]
    trails = carrier.get(f"/devices/{ACTIVE}/auditTrails").json()["deviceAuditTrails"]
    assert [(each["field"], each["value"]) for each in trails] == [("Rate Plan", "Fleet, roaming 1GB")]
