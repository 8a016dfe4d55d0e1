import pytest
from soap_spec import ICCID, TERMINAL, fault_xml, fields, reply_xml, serve

from extensions.controlcenter import soap_sims
from extensions.core.contract import Refused
from extensions.sims.contract import Accepted

EDITED = f"<ns2:iccid>{ICCID}</ns2:iccid><ns2:effectiveDate>2017-03-15T10:00:00.000Z</ns2:effectiveDate>"


def serve_edit(httpserver):
    serve(httpserver, TERMINAL, reply_xml("EditTerminal", EDITED), operation="EditTerminal")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Inventory", "INVENTORY_NAME"),
        ("Activation Ready", "ACTIVATION_READY_NAME"),
        ("Activated", "ACTIVATED_NAME"),
        ("Deactivated", "DEACTIVATED_NAME"),
        ("Retired", "RETIRED_NAME"),
    ],
)
def test_a_state_is_change_type_3_sent_once(httpserver, soap_context, name, word):
    serve_edit(httpserver)

    assert soap_sims.set_state(soap_context, ICCID, name) == Accepted()

    [(request, _)] = httpserver.log
    assert fields(request) == [("iccid", ICCID), ("targetValue", word), ("changeType", "3")]


@pytest.mark.parametrize("plan", ["EU 5MB", "EU 5MB, “flex” <2> & more "])
def test_a_plan_is_change_type_4_as_it_is_written(httpserver, soap_context, plan):
    serve_edit(httpserver)

    assert soap_sims.set_plan(soap_context, ICCID, plan) == Accepted()

    [(request, _)] = httpserver.log
    assert fields(request) == [("iccid", ICCID), ("targetValue", plan), ("changeType", "4")]


@pytest.mark.parametrize("state", ["Test Ready", "ACTIVATED_NAME", "Purged", "asleep", ""])
def test_other_states_are_refused_without_a_call(httpserver, soap_context, state):
    with pytest.raises(Refused):
        soap_sims.set_state(soap_context, ICCID, state)
    assert httpserver.log == []


def test_a_plan_that_no_xml_can_hold_is_refused_without_a_call(httpserver, soap_context):
    with pytest.raises(Refused) as caught:
        soap_sims.set_plan(soap_context, ICCID, "EU\x0b5MB")

    assert not caught.value.may_have_happened
    assert httpserver.log == []


def test_a_refused_transition_comes_in_the_providers_words(httpserver, soap_context):
    serve(httpserver, TERMINAL, fault_xml("100300", "SIMSTATUS_INVALID_TRANSITION"), status=500)

    with pytest.raises(Refused) as caught:
        soap_sims.set_state(soap_context, ICCID, "Inventory")

    assert (caught.value.code, caught.value.words) == ("100300", "SIMSTATUS_INVALID_TRANSITION")
    assert not caught.value.may_have_happened
    assert len(httpserver.log) == 1


def test_plans_cannot_be_listed_and_nobody_is_asked(httpserver, soap_context):
    listed = soap_sims.plans(soap_context)

    assert listed.names == ()
    assert listed.why_not.startswith("SOAP has no call that lists rate plans")
    assert httpserver.log == []
