"""Usage of completed cycles over SOAP, and the same figures as REST has."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sandbox_soap_client import names

from extensions.controlcenter.sandbox import CycleUsage

ACTIVE, USED = "8988200000000000014", "8988200000000000022"
FOREIGN, UNKNOWN = "8988200000000050019", "8988200000000009996"
MB = 1024 * 1024
DAY = 86400
# From NOW to the midnight in Singapore at which the next cycle starts.
TO_NEXT_CYCLE = 11 * DAY + 6 * 3600


def test_a_completed_cycle(soap):
    answered = soap.usage(USED, cycleStartDate="2017-01-27")
    assert names(answered.payload)[4:] == [
        *("iccid", "totalDataVolume", "billableDataVolume", "cycleStartDate", "billable", "totalSMSVolume"),
        *("totalVoiceVolume", "billableSMSVolume", "billableVoiceVolume", "ratePlan", "eventsUsage", "totalEvents"),
    ]
    assert answered.text("totalDataVolume") == "4.768"
    assert answered.text("cycleStartDate") == "2017-01-27Z"
    assert (answered.text("totalSMSVolume"), answered.text("totalVoiceVolume")) == ("0", "0")
    assert answered.text("ratePlan") == "EU 5MB"


@pytest.mark.parametrize("zone", ["", "Z", "+00:00"])
def test_three_ways_to_write_the_day(soap, zone):
    assert soap.usage(USED, cycleStartDate=f"2017-01-27{zone}").text("totalDataVolume") == "4.768"


def test_cycles_that_rest_no_longer_has(soap, carrier):
    assert carrier.get(f"/devices/{USED}/usageInZone?cycleStartDate=2016-11-27Z").status_code == 400
    assert soap.usage(USED, cycleStartDate="2016-11-27").text("totalDataVolume") == "6.676"


@pytest.mark.parametrize(
    "day",
    [
        "2016-12-27",  # without usage
        "2017-02-27",  # not completed
        "2017-03-27",  # to come
        "2017-01-26",  # starts no cycle
        "2017-01-27+08:00",  # not in UTC
        "2010-01-27",
    ],
)
def test_cycles_without_usage(soap, day):
    assert soap.usage(USED, cycleStartDate=day).fault == "200200"


def test_without_a_date_there_is_no_usage(soap):
    assert soap.usage(USED).fault == "200200"


@pytest.mark.parametrize("day", ["27.01.2017", "2017-01-27T00:00:00Z", "2017-02-30", ""])
def test_a_day_is_a_day(soap, day):
    assert soap.usage(USED, cycleStartDate=day).fault == "400000"


@pytest.mark.parametrize(("number", "fault"), [(UNKNOWN, "100100"), (FOREIGN, "100100"), ("1", "400500")])
def test_sims_that_are_not_there(soap, number, fault):
    assert soap.usage(number, cycleStartDate="2017-01-27").fault == fault


def test_a_cycle_completes_at_local_midnight(soap, controls):
    controls.post("advance", seconds=TO_NEXT_CYCLE - 1)
    assert soap.usage(USED, cycleStartDate="2017-02-27").fault == "200200"
    controls.post("advance", seconds=1)
    answered = soap.usage(USED, cycleStartDate="2017-02-27")
    assert (answered.text("totalDataVolume"), answered.text("totalSMSVolume")) == ("101.501", "11")
    assert answered.text("ratePlan") == "EU 5MB"


def test_a_cycle_is_billable_once_it_is_invoiced(soap, controls):
    controls.post("advance", seconds=TO_NEXT_CYCLE)
    assert soap.usage(USED, cycleStartDate="2017-02-27").text("billable") == "false"
    controls.post("advance", seconds=3 * DAY)
    assert soap.usage(USED, cycleStartDate="2017-02-27").text("billable") == "true"
    controls.post("settings", invoice_after_days=30)
    assert soap.usage(USED, cycleStartDate="2017-02-27").text("billable") == "false"


def test_billable_figures_are_never_larger_than_totals(soap, sandbox):
    cycle = CycleUsage(ACTIVE, date(2017, 1, 27), 9 * MB, 8, 2, 60, 30, "EU 5MB")
    figures = {"billable_data_bytes": 4 * MB, "billable_sms": 3, "billable_voice_s": 10_000}
    sandbox.state.seed(usage=[replace(cycle, **figures)])
    answered = soap.usage(ACTIVE, cycleStartDate="2017-01-27")
    totals = [answered.text(f"total{what}Volume") for what in ("Data", "SMS", "Voice")]
    billable = [answered.text(f"billable{what}Volume") for what in ("Data", "SMS", "Voice")]
    assert (totals, billable) == (["9.000", "10", "90"], ["4.000", "3", "90"])
    sandbox.state.seed(usage=[cycle])
    assert soap.usage(ACTIVE, cycleStartDate="2017-01-27").text("billableDataVolume") == "9.000"


def test_the_same_usage_in_bytes_and_megabytes(soap, carrier):
    to_date = carrier.get(f"/devices/{USED}/ctdUsages").json()
    shown = soap.terminal(USED)
    assert Decimal(shown["monthToDateDataUsage"]) == in_megabytes(to_date["ctdDataUsage"])
    assert int(shown["monthToDateSMSUsage"]) == to_date["ctdSMSUsage"]
    assert int(shown["monthToDateVoiceUsage"]) == to_date["ctdVoiceUsage"]
    assert int(shown["ctdSessionCount"]) == to_date["ctdSessionCount"]


def test_a_completed_cycle_is_the_same_in_both(soap, carrier, controls):
    controls.post("advance", seconds=TO_NEXT_CYCLE)
    zones = carrier.get(f"/devices/{USED}/usageInZone?cycleStartDate=2017-02-27Z").json()["deviceCycleUsageInZones"]
    entries = [entry for rows in zones.values() for entry in rows]
    answered = soap.usage(USED, cycleStartDate="2017-02-27")
    assert Decimal(answered.text("totalDataVolume")) == in_megabytes(sum(entry["dataUsage"] for entry in entries))
    messages = sum((entry["smsmousage"] or 0) + (entry["smsmtusage"] or 0) for entry in entries)
    assert int(answered.text("totalSMSVolume")) == messages


def in_megabytes(figure):
    return round(Decimal(figure) / MB, 3)
