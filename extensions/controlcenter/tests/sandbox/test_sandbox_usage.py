"""Usage: cycle to date, and by plan and zone in a cycle of the account's own zone."""

import pytest

ACTIVE, USED, INVENTORY = "8988200000000000014", "8988200000000000022", "8988200000000000030"
FOREIGN = "8988200000000050019"
ZONES = f"/devices/{USED}/usageInZone"


def test_cycle_to_date_sums_plans_and_zones(carrier):
    usage = carrier.get(f"/devices/{USED}/ctdUsages").json()
    figures = {name: usage[name] for name in usage if name.startswith("ctd")}
    assert figures == {
        "ctdDataUsage": 106431464,
        "ctdSMSUsage": 11,
        "ctdVoiceUsage": 90,
        "ctdSessionCount": 8,
    }
    assert usage["overageLimitReached"] is False
    assert usage["overageLimitOverride"] == "DEFAULT"
    assert (usage["iccid"], usage["status"], usage["ratePlan"]) == (USED, "ACTIVATED", "EU 5MB")


def test_a_used_sim_counts_from_zero_and_a_never_activated_one_is_unknown(carrier):
    assert carrier.get(f"/devices/{ACTIVE}/ctdUsages").json()["ctdDataUsage"] == 0
    unknown = carrier.get(f"/devices/{INVENTORY}/ctdUsages").json()
    assert [unknown[name] for name in ("ctdDataUsage", "ctdSMSUsage", "ctdVoiceUsage")] == [None] * 3


def test_cycle_dates_are_utc_instants_of_local_midnight(carrier):
    usage = carrier.get(ZONES).json()
    assert usage["cycleStartDate"] == "2017-02-26T16:00:00.000Z"
    assert usage["cycleEndDate"] == "2017-03-26T15:59:59.000Z"
    assert usage["timeStamp"] == "2017-03-15T10:00:00.000Z"


def test_cycle_dates_west_of_utc_follow_summer_time(as_user):
    west = as_user("west")
    now = west.get(f"/devices/{FOREIGN}/usageInZone").json()
    assert (now["cycleStartDate"], now["cycleEndDate"]) == ("2017-03-01T05:00:00.000Z", "2017-04-01T03:59:59.000Z")
    before = west.get(f"/devices/{FOREIGN}/usageInZone?cycleStartDate=2017-02-01Z").json()
    assert before["cycleStartDate"] == "2017-02-01T05:00:00.000Z"


def test_entries_of_a_cycle(carrier):
    assert carrier.get(ZONES).json()["deviceCycleUsageInZones"] == {
        "EU 5MB, 1": [
            {
                "ratePlan": "EU 5MB",
                "ratePlanVersion": "1",
                "zone": "Zone 1",
                "dataUsage": 106430464,
                "dataUsageUnit": "bytes",
                "voiceMTUsage": None,
                "voiceMTUsageUnit": None,
                "voiceMOUsage": None,
                "voiceMOUsageUnit": None,
                "smsmtusage": 4,
                "smsmousage": 5,
            }
        ],
        "Fleet, roaming 1GB, 1": [
            {
                "ratePlan": "Fleet, roaming 1GB",
                "ratePlanVersion": "1",
                "zone": "Zone 2",
                "dataUsage": 1000,
                "dataUsageUnit": None,
                "voiceMTUsage": 60,
                "voiceMTUsageUnit": None,
                "voiceMOUsage": 30,
                "voiceMOUsageUnit": None,
                "smsmtusage": 2,
                "smsmousage": None,
            }
        ],
    }


@pytest.mark.parametrize(("spelling", "second"), [("upper", "SMSMTUsage"), ("mixed", "SMSMTUsage")])
def test_sms_keys_can_be_spelt_the_other_way(carrier, controls, spelling, second):
    controls.post("settings", sms_usage_keys=spelling)
    entries = [entry for [entry] in carrier.get(ZONES).json()["deviceCycleUsageInZones"].values()]
    assert entries[1][second] == 2
    assert ("smsmtusage" in entries[0]) is (spelling == "mixed")


def test_a_past_cycle(carrier):
    usage = carrier.get(f"{ZONES}?cycleStartDate=2017-01-27Z").json()
    [[entry]] = usage["deviceCycleUsageInZones"].values()
    assert usage["cycleStartDate"] == "2017-01-26T16:00:00.000Z"
    assert (entry["dataUsage"], entry["smsmtusage"]) == (5_000_000, None)


def test_a_cycle_without_usage_is_empty(carrier):
    assert carrier.get(f"{ZONES}?cycleStartDate=2016-12-27Z").json()["deviceCycleUsageInZones"] == {}


@pytest.mark.parametrize(
    "day", ["2016-11-27Z", "2017-01-26Z", "2017-02-26Z", "2017-03-27Z", "2017-02-01Z", "2010-01-27Z"]
)
def test_only_three_cycles_and_only_their_starts(carrier, error_of, day):
    assert error_of(carrier.get(f"{ZONES}?cycleStartDate={day}")) == (400, "10000032")


@pytest.mark.parametrize("day", ["2017-02-27", "2017-02-27T00:00:00Z", "27.02.2017", "2017-02-30Z"])
def test_cycle_dates_need_a_zone_and_no_time(carrier, error_of, day):
    assert error_of(carrier.get(f"{ZONES}?cycleStartDate={day}")) == (400, "10000012")


def test_the_zone_of_a_cycle_date_does_not_move_the_day(carrier):
    for zone in ("Z", "%2B08:00", "-05:00"):
        reply = carrier.get(f"{ZONES}?cycleStartDate=2017-02-27{zone}").json()
        assert reply["cycleStartDate"] == "2017-02-26T16:00:00.000Z"


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("zone=Zone 2", ["Fleet, roaming 1GB, 1"]),
        ("ratePlan=EU 5MB", ["EU 5MB, 1"]),
        ("isActiveRatePlan=true", ["EU 5MB, 1"]),
        ("isActiveRatePlan=false", ["EU 5MB, 1", "Fleet, roaming 1GB, 1"]),
    ],
)
def test_filters(carrier, query, keys):
    assert list(carrier.get(f"{ZONES}?{query}").json()["deviceCycleUsageInZones"]) == keys


@pytest.mark.parametrize(
    ("query", "code"), [("zone=Moon", "10000031"), ("ratePlan=Gold", "10000013"), ("isActiveRatePlan=1", "10000028")]
)
def test_filters_that_name_nothing(carrier, error_of, query, code):
    assert error_of(carrier.get(f"{ZONES}?{query}")) == (400, code)


def test_the_current_cycle_turns_with_local_midnight(carrier, controls):
    controls.post("advance", seconds=11 * 86400 + 6 * 3600 - 1)
    assert carrier.get(ZONES).json()["cycleStartDate"] == "2017-02-26T16:00:00.000Z"
    controls.post("advance", seconds=1)
    assert carrier.get(ZONES).json()["cycleStartDate"] == "2017-03-26T16:00:00.000Z"


def test_fields_select_figures(carrier):
    assert carrier.get(f"/devices/{USED}/ctdUsages?fields=ctdDataUsage").json() == {"ctdDataUsage": 106431464}
