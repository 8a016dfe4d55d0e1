import json
from datetime import UTC, datetime

import pytest
from rest_spec import CTD_JSON, CTD_USAGES, DETAILS_JSON, DEVICE, ICCID, error_json

from extensions.controlcenter.provider import ControlCenter
from extensions.core.contract import AuthRejected, BadResponse, NotFound, Throttled
from extensions.sims.contract import SimRecord


def serve(httpserver, details=None, ctd=None):
    httpserver.expect_request(DEVICE, method="GET").respond_with_data(changed(DETAILS_JSON, details))
    httpserver.expect_request(CTD_USAGES, method="GET").respond_with_data(changed(CTD_JSON, ctd))


def changed(text, changes):
    return json.dumps({**json.loads(text), **(changes or {})})


def record(context) -> SimRecord:
    return ControlCenter().record(context, ICCID)


def test_two_calls_give_the_whole_record(httpserver, context):
    serve(httpserver)

    assert record(context) == SimRecord(
        subject=ICCID,
        state="Activated",
        rate_plan="EU 5MB",
        ctd_data_bytes=12944691,
        ctd_sms=3,
        ctd_voice_seconds=0,
        overage_limit_reached=False,
        overage_limit_override="DEFAULT",
        added_at=datetime(2016, 11, 15, 9, 27, 33, 69000, tzinfo=UTC),
        modified_at=datetime(2017, 2, 17, 15, 42, 57, 743000, tzinfo=UTC),
        activated_at=datetime(2017, 1, 5, 9, 12, 44, 120000, tzinfo=UTC),
        imsi="901161700000001",
        msisdn="882350000000001",
        imei=None,
        communication_plan="Data LTE SMS MT/MO",
        carrier_account="100020001",
        carrier_device_id="pump-17",
    )
    assert len(httpserver.log) == 2


def test_null_is_unknown_and_not_zero(httpserver, context):
    names = ("ctdDataUsage", "ctdSMSUsage", "ctdVoiceUsage", "overageLimitReached", "overageLimitOverride")
    serve(httpserver, ctd=dict.fromkeys(names))

    found = record(context)

    assert found.ctd_data_bytes is found.ctd_sms is found.ctd_voice_seconds is None
    assert found.overage_limit_reached is found.overage_limit_override is None


def test_zero_is_zero_and_not_unknown(httpserver, context):
    serve(httpserver, ctd={"ctdDataUsage": 0, "ctdSMSUsage": 0})

    found = record(context)

    assert (found.ctd_data_bytes, found.ctd_sms, found.ctd_voice_seconds) == (0, 0, 0)


def test_empty_text_null_and_absence_all_mean_none(httpserver, context):
    serve(httpserver, {"imsi": "", "msisdn": None, "ratePlan": " ", "dateAdded": "", "dateActivated": None})

    found = record(context)

    assert found.imsi is found.msisdn is found.rate_plan is found.added_at is found.activated_at is None


def test_a_record_of_almost_nothing_is_a_record(httpserver, context):
    httpserver.expect_request(DEVICE).respond_with_json({"iccid": ICCID})
    httpserver.expect_request(CTD_USAGES).respond_with_json({"iccid": ICCID})

    assert record(context) == SimRecord(subject=ICCID)


@pytest.mark.parametrize("nonsense", ["many", True, -1, [1], 1e999, "1.5.2", "9" * 5000, 10**300])
def test_a_figure_that_is_none_is_unknown(httpserver, context, nonsense):
    serve(httpserver, ctd={"ctdSMSUsage": "4", "ctdVoiceUsage": 61.0})
    body = changed(CTD_JSON, {"ctdDataUsage": "X"}).replace('"X"', json.dumps(nonsense).replace("Infinity", "1e999"))
    httpserver.clear()
    httpserver.expect_request(DEVICE).respond_with_data(DETAILS_JSON)
    httpserver.expect_request(CTD_USAGES).respond_with_data(body)

    assert record(context).ctd_data_bytes is None


def test_figures_in_other_clothes_are_figures(httpserver, context):
    serve(httpserver, ctd={"ctdSMSUsage": "4", "ctdVoiceUsage": 61.0})

    found = record(context)

    assert (found.ctd_sms, found.ctd_voice_seconds) == (4, 61)


def test_dates_are_read_in_the_other_format_too(httpserver, context):
    serve(httpserver, {"dateAdded": "2016-11-15T09:27:33.069Z", "dateUpdated": "yesterday"})

    found = record(context)

    assert found.added_at == datetime(2016, 11, 15, 9, 27, 33, 69000, tzinfo=UTC)
    assert found.modified_at is None


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("INVENTORY", "Inventory"),
        ("ACTIVATION_READY", "Activation Ready"),
        ("DEACTIVATED", "Deactivated"),
        ("RETIRED", "Retired"),
        ("TEST_READY", "Test Ready"),
        ("TRIAL", "Trial"),
        ("PURGED", "Purged"),
        ("REPLACED", "Replaced"),
        ("SUSPENDED_BY_OPERATOR", "SUSPENDED_BY_OPERATOR"),
        (None, None),
        ("", None),
    ],
)
def test_states_have_names_and_unknown_ones_their_raw_text(httpserver, context, word, name):
    serve(httpserver, {"status": word})

    assert record(context).state == name


def test_characters_that_no_database_keeps_are_dropped(httpserver, context):
    serve(httpserver, {"ratePlan": "EU\0 5MB \ud83d"})

    assert record(context).rate_plan == "EU 5MB ?"


def test_unknown_keys_are_ignored(httpserver, context):
    serve(httpserver, {"eid": "8904", "mec": {"a": 1}}, {"newFigure": [1]})

    assert record(context).state == "Activated"


@pytest.mark.parametrize(
    ("code", "status"), [("10000032", 400), ("20000001", 404), ("10000030", 400), ("10000079", 400)]
)
def test_without_usage_the_record_still_comes(httpserver, context, code, status):
    httpserver.expect_request(DEVICE).respond_with_data(DETAILS_JSON)
    httpserver.expect_request(CTD_USAGES).respond_with_json(error_json(code), status=status)

    found = record(context)

    assert (found.state, found.rate_plan) == ("Activated", "EU 5MB")
    assert found.ctd_data_bytes is found.overage_limit_reached is None


@pytest.mark.parametrize(
    ("code", "kind"), [("40000029", Throttled), ("10000001", AuthRejected), ("30000001", BadResponse)]
)
def test_other_failures_of_the_second_call_are_failures(httpserver, context, code, kind):
    httpserver.expect_request(DEVICE).respond_with_data(DETAILS_JSON)
    httpserver.expect_request(CTD_USAGES).respond_with_json(error_json(code), status=400)

    with pytest.raises(kind):
        record(context)


def test_an_unknown_sim_costs_one_call(httpserver, context):
    httpserver.expect_request(DEVICE).respond_with_json(error_json("20000001"), status=404)

    with pytest.raises(NotFound):
        record(context)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("which", ["details", "ctd"])
def test_an_answer_about_another_sim_is_unusable(httpserver, context, which):
    serve(httpserver, **{which: {"iccid": "8988200000000000022"}})

    with pytest.raises(BadResponse, match="another SIM"):
        record(context)
