import json
from datetime import date

import pytest
from rest_spec import ICCID, USAGE_IN_ZONE, USAGE_JSON, error_json

from extensions.controlcenter.provider import ControlCenter
from extensions.core.contract import BadResponse, NoData
from extensions.sims.contract import UsageRecord

ZONE = json.loads(USAGE_JSON)["deviceCycleUsageInZones"]["EU 5MB, 1"][0]


def serve(httpserver, plans=None, **changes):
    body = {**json.loads(USAGE_JSON), **changes}
    if plans is not None:
        body["deviceCycleUsageInZones"] = plans
    httpserver.expect_request(USAGE_IN_ZONE, method="GET").respond_with_json(body)


def usage(context, cycle_start=None) -> UsageRecord:
    return ControlCenter().usage(context, ICCID, cycle_start)


def test_the_specifications_example(httpserver, context):
    httpserver.expect_request(USAGE_IN_ZONE).respond_with_data(USAGE_JSON)

    assert usage(context) == UsageRecord(
        subject=ICCID,
        cycle_start=date(2017, 2, 27),
        cycle_end=date(2017, 3, 26),
        total_data_bytes=106430464,
        total_sms=9,
        total_voice_seconds=None,
        billable_available=False,
        rate_plans=("EU 5MB",),
        closed=False,
    )


def test_the_current_cycle_is_asked_for_without_a_date(httpserver, context):
    serve(httpserver)

    usage(context)

    assert httpserver.log[0][0].query_string == b""


@pytest.mark.parametrize(
    ("zone", "query"),
    [
        ("", b"cycleStartDate=2017-02-27Z"),
        ("Asia/Shanghai", b"cycleStartDate=2017-02-27%2B08%3A00"),
        ("-03:30", b"cycleStartDate=2017-02-27-03%3A30"),
    ],
)
def test_a_date_is_asked_for_with_the_zone_of_the_account(httpserver, rest_context, zone, query):
    serve(httpserver)

    usage(rest_context(time_zone=zone), date(2017, 2, 27))

    assert httpserver.log[0][0].query_string == query


@pytest.mark.parametrize(
    ("zone", "start"), [("Pacific/Kiritimati", date(2017, 2, 27)), ("Pacific/Honolulu", date(2017, 2, 26))]
)
def test_the_account_zone_decides_where_two_days_are_possible(httpserver, rest_context, zone, start):
    serve(httpserver, cycleStartDate="2017-02-26T10:00:00.000Z", cycleEndDate="2017-03-26T09:59:59.000Z")

    assert usage(rest_context(time_zone=zone)).cycle_start == start


def test_a_cycle_that_has_ended_is_closed(httpserver, context):
    serve(httpserver, cycleStartDate="2017-01-26T16:00:00.000Z", cycleEndDate="2017-02-26T15:59:59.000Z")

    found = usage(context, date(2017, 1, 27))

    assert found.closed is True
    assert (found.cycle_start, found.cycle_end) == (date(2017, 1, 27), date(2017, 2, 26))


def test_without_an_end_it_is_unknown_whether_the_cycle_is_closed(httpserver, context):
    serve(httpserver, cycleEndDate=None)

    found = usage(context)

    assert found.closed is None
    assert found.cycle_end is None


def test_the_cycle_of_the_answer_is_believed_over_the_one_asked_for(httpserver, context):
    serve(httpserver)

    assert usage(context, date(2017, 2, 1)).cycle_start == date(2017, 2, 27)


def test_without_a_start_the_date_asked_for_stands(httpserver, context):
    serve(httpserver, cycleStartDate=None)

    assert usage(context, date(2017, 2, 27)).cycle_start == date(2017, 2, 27)


def test_without_any_start_the_answer_is_unusable(httpserver, context):
    serve(httpserver, cycleStartDate=None)

    with pytest.raises(BadResponse):
        usage(context)


def test_several_plans_and_zones_are_summed_and_named_once(httpserver, context):
    other = {**ZONE, "zone": "Zone 2", "dataUsage": 36, "smsmtusage": 1, "smsmousage": None}
    third = {**ZONE, "ratePlan": "Roam, 2", "dataUsage": 500, "smsmtusage": 0, "smsmousage": 0, "voiceMTUsage": 61}
    serve(httpserver, {"EU 5MB, 1": [ZONE, other], "Roam, 2, 7": [third]})

    found = usage(context)

    assert found.total_data_bytes == 106430464 + 536
    assert found.total_sms == 10
    assert found.total_voice_seconds == 61
    assert found.rate_plans == ("EU 5MB", "Roam, 2")


def test_a_null_is_left_out_of_the_sum(httpserver, context):
    serve(httpserver, {"a, 1": [ZONE, {**ZONE, "dataUsage": None, "dataUsageUnit": None}]})

    assert usage(context).total_data_bytes == 106430464


@pytest.mark.parametrize(
    "plans", [{}, {"EU 5MB, 1": []}, {"a, 1": [{**ZONE, "dataUsage": None, "smsmtusage": None, "smsmousage": None}]}]
)
def test_where_all_is_null_the_total_is_unknown(httpserver, context, plans):
    serve(httpserver, plans)

    found = usage(context)

    assert found.total_data_bytes is found.total_sms is found.total_voice_seconds is None


def test_a_sum_that_no_sim_can_use_is_unknown(httpserver, context):
    most = {**ZONE, "dataUsage": 10**17, "dataUsageUnit": "GB", "smsmtusage": 9 * 10**17, "smsmousage": 9 * 10**17}
    serve(httpserver, {"a, 1": [most, ZONE]})

    found = usage(context)

    assert found.total_data_bytes is found.total_sms is None


def test_an_absent_map_is_unknown_too(httpserver, context):
    serve(httpserver, deviceCycleUsageInZones=None)

    assert usage(context).total_data_bytes is None


def test_zero_stays_zero(httpserver, context):
    serve(httpserver, {"a, 1": [{**ZONE, "dataUsage": 0, "smsmtusage": 0, "smsmousage": None, "voiceMOUsage": 0}]})

    found = usage(context)

    assert (found.total_data_bytes, found.total_sms, found.total_voice_seconds) == (0, 0, 0)


@pytest.mark.parametrize(
    ("mt", "mo"), [("smsmtusage", "smsmousage"), ("SMSMTUsage", "SMSMOUsage"), ("smsMtUsage", "SmsMOusage")]
)
def test_message_counts_are_read_in_any_spelling(httpserver, context, mt, mo):
    zone = {name: value for name, value in ZONE.items() if not name.startswith("sms")}
    serve(httpserver, {"a, 1": [{**zone, mt: 4, mo: 5}]})

    assert usage(context).total_sms == 9


def test_of_two_spellings_the_one_with_a_figure_counts_once(httpserver, context):
    zone = {name: value for name, value in ZONE.items() if not name.startswith("sms")}
    serve(httpserver, {"a, 1": [{**zone, "smsmtusage": 4, "SMSMTUsage": None, "SMSMOUsage": 5, "smsmousage": 5}]})

    assert usage(context).total_sms == 9


@pytest.mark.parametrize(
    ("amount", "unit", "total"),
    [
        (7, "bytes", 7),
        (7, None, 7),
        (7, "Bytes", 7),
        (2, "KB", 2048),
        (1.5, "MB", 1572864),
        (1, "GB", 1024**3),
        (7, "pages", None),
    ],
)
def test_data_is_read_in_the_unit_given(httpserver, context, amount, unit, total):
    serve(httpserver, {"a, 1": [{**ZONE, "dataUsage": amount, "dataUsageUnit": unit}]})

    assert usage(context).total_data_bytes == total


@pytest.mark.parametrize(("unit", "total"), [(None, 90), ("seconds", 90), ("minutes", 5400), ("moons", None)])
def test_voice_is_in_seconds_unless_it_says_otherwise(httpserver, context, unit, total):
    zone = {**ZONE, "voiceMTUsage": 60, "voiceMTUsageUnit": unit, "voiceMOUsage": 30, "voiceMOUsageUnit": unit}
    serve(httpserver, {"a, 1": [zone]})

    assert usage(context).total_voice_seconds == total


def test_a_unit_that_is_not_known_spoils_the_sum_rather_than_falsify_it(httpserver, context):
    serve(httpserver, {"a, 1": [ZONE, {**ZONE, "dataUsageUnit": "pages"}]})

    assert usage(context).total_data_bytes is None


def test_usage_in_another_shape_is_unusable(httpserver, context):
    serve(httpserver, deviceCycleUsageInZones=[ZONE])

    with pytest.raises(BadResponse):
        usage(context)


def test_older_cycles_are_no_data_and_it_says_where_they_are(httpserver, context):
    body = error_json("10000032", "Invalid cycle start date.")
    httpserver.expect_request(USAGE_IN_ZONE).respond_with_json(body, status=400)

    with pytest.raises(NoData) as caught:
        usage(context, date(2016, 9, 27))

    assert "current cycle and the two before" in caught.value.sentence
    assert "SOAP" in caught.value.sentence
    assert caught.value.words == "Invalid cycle start date."


def test_billable_figures_are_not_available(httpserver, context):
    serve(httpserver)

    found = usage(context)

    assert found.billable_available is False
    assert found.billable_data_bytes is found.billable_sms is found.billable_voice_seconds is None
