import json

import pytest
from rest_spec import DEVICE, ICCID, RATE_PLANS, error_json
from werkzeug import Response

from extensions.controlcenter.provider import ControlCenter
from extensions.core.contract import AuthRejected, BadResponse, Refused
from extensions.sims.contract import Accepted, PlanList


@pytest.mark.parametrize("status", [200, 202])
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Inventory", "INVENTORY"),
        ("Activation Ready", "ACTIVATION_READY"),
        ("Activated", "ACTIVATED"),
        ("Deactivated", "DEACTIVATED"),
        ("Retired", "RETIRED"),
    ],
)
def test_a_state_is_one_attribute_put_once(httpserver, context, status, name, word):
    httpserver.expect_request(DEVICE, method="PUT").respond_with_json({"iccid": ICCID}, status=status)

    assert ControlCenter().set_state(context, ICCID, name) == Accepted()

    [(request, _)] = httpserver.log
    assert json.loads(request.data) == {"status": word}
    assert request.content_type == "application/json"


def test_the_five_settable_states_are_all_there_is():
    assert set(ControlCenter.settable_states) == {
        "Inventory",
        "Activation Ready",
        "Activated",
        "Deactivated",
        "Retired",
    }


@pytest.mark.parametrize("state", ["Test Ready", "ACTIVATED", "Purged", "asleep", ""])
def test_other_states_are_refused_without_a_call(httpserver, context, state):
    with pytest.raises(Refused):
        ControlCenter().set_state(context, ICCID, state)
    assert httpserver.log == []


def test_a_refused_transition_comes_in_the_providers_words(httpserver, context):
    body = error_json("10000029", "Cannot return to a pre-activation state.")
    httpserver.expect_request(DEVICE, method="PUT").respond_with_json(body, status=400)

    with pytest.raises(Refused) as caught:
        ControlCenter().set_state(context, ICCID, "Inventory")

    assert (caught.value.code, caught.value.words) == ("10000029", "Cannot return to a pre-activation state.")


def test_a_plan_goes_out_as_it_is_written(httpserver, context):
    httpserver.expect_request(DEVICE, method="PUT").respond_with_json({"iccid": ICCID})

    assert ControlCenter().set_plan(context, ICCID, "EU 5MB, “flex” ") == Accepted()

    assert json.loads(httpserver.log[0][0].data) == {"ratePlan": "EU 5MB, “flex” "}


def test_an_edit_that_names_another_sim_leaves_open_what_happened(httpserver, context):
    httpserver.expect_request(DEVICE, method="PUT").respond_with_json({"iccid": "8988200000000000022"})

    with pytest.raises(BadResponse) as caught:
        ControlCenter().set_plan(context, ICCID, "EU 5MB")

    assert caught.value.may_have_happened


# Rate plans


def page(names, number, last):
    plans = [{"name": name, "type": "MONTHLY"} for name in names]
    return {"operatorName": "O", "operatorId": 1, "pageNumber": number, "ratePlans": plans, "lastPage": last}


def test_plans_are_followed_to_the_last_page(httpserver, context):
    paged = {"query_string": {"pageNumber": "2"}}
    httpserver.expect_request(RATE_PLANS, **paged).respond_with_json(page(["EU 5MB", "Roam"], 2, last=True))
    httpserver.expect_request(RATE_PLANS, query_string="").respond_with_json(page(["EU 1MB", "EU 5MB"], 1, last=False))

    assert ControlCenter().plans(context) == PlanList(names=("EU 1MB", "EU 5MB", "Roam"))
    assert len(httpserver.log) == 2


def test_one_page_is_one_call(httpserver, context):
    httpserver.expect_request(RATE_PLANS).respond_with_json(page(["EU 5MB", None, ""], 1, last=True))

    assert ControlCenter().plans(context).names == ("EU 5MB",)
    assert len(httpserver.log) == 1


def test_a_server_that_repeats_its_page_ends_the_list(httpserver, context):
    httpserver.expect_request(RATE_PLANS).respond_with_json(page(["EU 5MB"], 1, last=False))

    assert ControlCenter().plans(context).names == ("EU 5MB",)
    assert len(httpserver.log) == 2


def test_a_server_that_never_ends_is_left_after_some_pages(httpserver, context):
    def endless(request):
        number = int(request.args.get("pageNumber", 1))
        return Response(json.dumps(page([f"Plan {number}"], number, last=False)), content_type="application/json")

    httpserver.expect_request(RATE_PLANS).respond_with_handler(endless)

    names = ControlCenter().plans(context).names

    assert len(names) == len(httpserver.log) <= 20


@pytest.mark.parametrize("code", ["10000030", "10000062", "10000079", "10000002"])
def test_a_user_who_may_not_list_plans_gets_an_empty_list_and_why(httpserver, context, code):
    body = error_json(code, "Only administrators may.")
    httpserver.expect_request(RATE_PLANS).respond_with_json(body, status=400)

    listed = ControlCenter().plans(context)

    assert listed.names == ()
    assert "Only administrators may." in listed.why_not


def test_bad_credentials_are_not_an_empty_list(httpserver, context):
    httpserver.expect_request(RATE_PLANS).respond_with_json(error_json("10000001"), status=401)

    with pytest.raises(AuthRejected):
        ControlCenter().plans(context)


def test_plans_in_another_shape_are_unusable(httpserver, context):
    httpserver.expect_request(RATE_PLANS).respond_with_json({"ratePlans": None, "lastPage": True})

    with pytest.raises(BadResponse):
        ControlCenter().plans(context)
