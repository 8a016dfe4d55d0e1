"""The default world and the generators that a demo uses."""

from datetime import UTC, datetime

import pytest
import requests

from extensions.controlcenter.sandbox import State, running, seed_default
from extensions.controlcenter.sandbox.generators import (
    luhn_digit,
    make_fleet,
    make_iccid,
    make_imei,
    make_key,
    make_plans,
)
from extensions.controlcenter.sandbox.model import STATUSES
from extensions.controlcenter.sandbox.seed import ACCOUNTS, EAST_ADMIN, WEST_ADMIN

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def world(tmp_path):
    with running(tmp_path, clock=lambda: NOW) as sandbox:
        seed_default(sandbox.state)
        sandbox.state.change_settings(rate_limit=0)
        yield sandbox


def get(world, path, account=EAST_ADMIN):
    url = f"{world.url}/rws/api/v1{path}"
    return requests.get(url, auth=(account.username, account.api_key), timeout=20).json()


def devices(world, account=EAST_ADMIN, status=""):
    found, page, last = [], 1, False
    while not last:
        query = f"modifiedSince=2000-01-01Z&pageNumber={page}" + (f"&status={status}" if status else "")
        reply = get(world, f"/devices?{query}", account)
        found += [device["iccid"] for device in reply["devices"]]
        page, last = page + 1, reply["lastPage"]
    return found


def test_luhn_digits_are_right():
    assert make_iccid(1) == "8988200000000000014"
    assert luhn_digit("7992739871") == "3"
    assert len(make_imei(1)) == 15
    assert len({make_iccid(number) for number in range(500)}) == 500


def test_keys_look_like_the_carriers_and_stay_the_same():
    assert make_key("a") == make_key("a") != make_key("b")
    assert len(make_key("a")) == 36


def test_there_are_sims_in_every_state(world):
    assert len(devices(world)) >= 60
    for status in STATUSES:
        assert devices(world, status=status)


def test_the_two_accounts_share_nothing(world):
    east, west = devices(world), devices(world, WEST_ADMIN)
    assert west
    assert not set(east) & set(west)
    assert get(world, f"/devices/{west[0]}")["errorCode"] == "20000001"


def test_every_user_can_connect_and_one_may_only_read(world):
    assert {account.role for account in ACCOUNTS} == {"administrator", "editor", "read only"}
    for account in ACCOUNTS:
        assert get(world, "/echo/hello", account) == {"context": "hello"}


def test_one_cycle_in_reach_has_no_usage(world):
    iccid = devices(world, status="ACTIVATED")[0]
    zones = f"/devices/{iccid}/usageInZone"
    cycles = [get(world, f"{zones}?cycleStartDate=2026-{month}-27Z") for month in ("10", "09", "08")]
    assert [bool(cycle["deviceCycleUsageInZones"]) for cycle in cycles] == [True, True, False]


def test_usage_has_the_traps(world):
    entries = []
    for iccid in devices(world, status="ACTIVATED")[:40]:
        cycle = get(world, f"/devices/{iccid}/usageInZone")["deviceCycleUsageInZones"]
        entries += [(len(cycle), key, entry) for key, rows in cycle.items() for entry in rows]
    assert any(plans == 2 for plans, _, _ in entries)
    assert any(key == "Fleet, roaming 1GB, 1" for _, key, _ in entries)
    assert any(entry["voiceMOUsage"] is None for _, _, entry in entries)
    assert any(entry["voiceMOUsage"] is not None for _, _, entry in entries)
    assert any(entry["dataUsage"] is not None and entry["dataUsageUnit"] is None for _, _, entry in entries)


def test_sessions_come_in_all_kinds(world):
    sessions = [get(world, f"/devices/{iccid}/sessionInfo") for iccid in devices(world, status="ACTIVATED")]
    kinds = {(bool(one["dateSessionStarted"]), bool(one["dateSessionEnded"])) for one in sessions}
    assert kinds == {(True, False), (True, True), (False, False)}
    assert {one["ipAddress"] for one in sessions} >= {"null"}


def test_some_sims_are_over_their_limit_and_one_is_suspended(world):
    sims = [world.state.sim(iccid) for iccid in devices(world)]
    assert 0 < sum(sim.overage_limit_reached for sim in sims) < len(sims)
    assert [sim.suspended for sim in sims].count("Y") == 1
    assert any(sim.offline for sim in sims)


def test_some_devices_have_sent_messages(world):
    listed = get(world, "/smsMessages?fromDate=2026-11-22Z")["smsMsgIds"]
    message = get(world, f"/smsMessages/{listed[0]}")
    assert (message["msgType"], message["status"], message["senderLogin"]) == ("MO", "Received", "Mobile Device")


def test_the_world_is_the_same_every_time(tmp_path):
    pictures = []
    for name in ("one", "two"):
        state = State(tmp_path / name, clock=lambda: NOW)
        seed_default(state)
        pictures.append([state.sim(make_iccid(number)) for number in range(1, 121)])
        state.close()
    assert pictures[0] == pictures[1]
    assert None not in pictures[0]


def test_a_demo_makes_its_own_fleet():
    plans = make_plans("77")
    sims, usage = make_fleet(EAST_ADMIN, plans, 400, NOW, first=9000)
    assert len({sim.iccid for sim in sims}) == 400
    assert {sim.status for sim in sims} == set(STATUSES)
    starts = {entry.cycle_start.isoformat() for entry in usage}
    assert starts == {"2026-10-27", "2026-09-27", "2026-07-27", "2026-06-27"}
