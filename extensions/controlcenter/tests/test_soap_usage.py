from datetime import date

import pytest
from soap_spec import BILLING, ICCID, OTHER_ICCID, USAGE_XML, fault_xml, fields, reply_xml, serve

from extensions.controlcenter import soap_sims
from extensions.core.contract import BadResponse, NoData, NotFound
from extensions.sims.contract import UsageRecord

START = date(2017, 2, 1)
OPERATION = "GetTerminalUsage"


def serve_usage(httpserver, *changes):
    inside = USAGE_XML
    for before, after in changes:
        assert before in inside
        inside = inside.replace(before, after)
    serve(httpserver, BILLING, reply_xml(OPERATION, inside), operation=OPERATION)


def usage(context) -> UsageRecord:
    return soap_sims.usage(context, ICCID, START)


def test_a_completed_cycle_has_total_and_billable_figures(httpserver, soap_context):
    serve_usage(httpserver)

    assert usage(soap_context) == UsageRecord(
        subject=ICCID,
        cycle_start=START,
        total_data_bytes=106430464,
        total_sms=9,
        total_voice_seconds=61,
        billable_available=True,
        billable_data_bytes=100925440,
        billable_sms=8,
        billable_voice_seconds=60,
        invoiced=True,
        rate_plans=("EU 5MB",),
        closed=True,
    )


def test_a_cycle_is_asked_for_by_its_first_day(httpserver, soap_context):
    serve_usage(httpserver)

    usage(soap_context)

    assert fields(httpserver.log[0][0]) == [("iccid", ICCID), ("cycleStartDate", "2017-02-01")]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "-03:30", ""])
def test_the_zone_of_the_account_does_not_move_the_day(httpserver, rest_context, zone):
    serve_usage(httpserver)

    found = usage(rest_context(time_zone=zone, protocol="soap"))

    assert found.cycle_start == START
    assert fields(httpserver.log[0][0])[1] == ("cycleStartDate", "2017-02-01")


@pytest.mark.parametrize(
    "written", ["2017-02-01", "2017-02-01Z", "2017-02-01+00:00", "2017-02-01+08:00", "2017-02-01-05:00"]
)
def test_the_day_of_the_reply_is_read_with_and_without_a_zone(httpserver, soap_context, written):
    serve_usage(httpserver, ("2017-02-01Z", written))

    assert usage(soap_context).cycle_start == START


def test_the_cycle_of_the_answer_is_believed_over_the_one_asked_for(httpserver, soap_context):
    serve_usage(httpserver, ("2017-02-01Z", "2017-01-27Z"))

    assert usage(soap_context).cycle_start == date(2017, 1, 27)


@pytest.mark.parametrize("written", ["", "soon"])
def test_without_a_start_the_day_asked_for_stands(httpserver, soap_context, written):
    serve_usage(httpserver, ("2017-02-01Z", written))

    assert usage(soap_context).cycle_start == START


def test_billable_figures_are_there_before_the_invoice_and_said_to_be_open(httpserver, soap_context):
    serve_usage(httpserver, (">true<", ">false<"))

    found = usage(soap_context)

    assert (found.billable_available, found.invoiced) == (True, False)
    assert (found.billable_data_bytes, found.billable_sms, found.billable_voice_seconds) == (100925440, 8, 60)


def test_a_missing_figure_is_unknown_and_zero_is_zero(httpserver, soap_context):
    serve_usage(
        httpserver,
        ("<ns2:billableDataVolume>96.25</ns2:billableDataVolume>", ""),
        ("<ns2:totalSMSVolume>9<", '<ns2:totalSMSVolume xsi:nil="true"><'),
        (">61<", ">0<"),
        ("<ns2:ratePlan>EU 5MB</ns2:ratePlan>", ""),
        ("<ns2:billable>true</ns2:billable>", ""),
    )

    found = usage(soap_context)

    assert found.billable_data_bytes is found.total_sms is found.invoiced is None
    assert found.total_voice_seconds == 0
    assert found.rate_plans == ()


@pytest.mark.parametrize("code", ["200100", "200200"])
def test_no_usage_is_no_failure_and_names_the_cycle(httpserver, soap_context, code):
    serve(httpserver, BILLING, fault_xml(code, "No usage."), status=500)

    with pytest.raises(NoData) as caught:
        usage(soap_context)

    assert "no usage recorded for the cycle starting 2017-02-01." in caught.value.sentence
    assert "completed cycles only" in caught.value.sentence
    assert (caught.value.code, caught.value.words) == (code, "No usage.")


def test_the_current_cycle_is_in_the_overall_data_and_not_asked_for(httpserver, soap_context):
    with pytest.raises(NoData) as caught:
        soap_sims.usage(soap_context, ICCID, None)

    assert "completed cycles only" in caught.value.sentence
    assert "month-to-date" in caught.value.sentence
    assert "overall data" in caught.value.sentence
    assert httpserver.log == []


def test_an_unknown_sim_is_not_a_cycle_without_usage(httpserver, soap_context):
    serve(httpserver, BILLING, fault_xml("100100"), status=500)

    with pytest.raises(NotFound):
        usage(soap_context)


@pytest.mark.parametrize("iccid", [OTHER_ICCID, ""])
def test_usage_of_another_sim_is_unusable(httpserver, soap_context, iccid):
    serve_usage(httpserver, (ICCID, iccid))

    with pytest.raises(BadResponse):
        usage(soap_context)
