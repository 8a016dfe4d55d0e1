"""What is on disk: it survives, it is quick, and every call is in the log."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from werkzeug.test import Client

from extensions.controlcenter.sandbox import Account, Fault, RatePlan, Sim, State, create_app, running

NOW = datetime(2017, 3, 15, 10, tzinfo=UTC)
ACCOUNT = Account("editor", "pw", "key", "licence", "1")
ICCID = "8988200000000000014"


@pytest.fixture
def state(tmp_path):
    state = State(tmp_path / "new" / "folder", clock=lambda: NOW)
    yield state
    state.close()


def test_state_survives_reopening(tmp_path):
    with running(tmp_path, clock=lambda: NOW) as first:
        first.state.seed([ACCOUNT], [Sim(ICCID, "ACTIVATED", "EU", "1")], plans=[RatePlan("EU", "1")])
        first.state.change_settings(state_delay_s=60, rate_limit=0)
        first.state.advance(30)
        auth = ("editor", "key")
        url = f"{first.url}/rws/api/v1/devices/{ICCID}"
        assert requests.put(url, json={"status": "DEACTIVATED"}, auth=auth, timeout=20).status_code == 202
    second = State(tmp_path, clock=lambda: NOW)
    assert second.settings.state_delay_s == 60
    assert second.now() == datetime(2017, 3, 15, 10, 0, 30, tzinfo=UTC)
    assert [one.after for call in second.calls() for one in call.performed] == ["DEACTIVATED"]
    second.advance(60)
    assert second.sim(ICCID).status == "DEACTIVATED"
    second.close()


def test_seeding_adds_or_replaces(state):
    assert state.is_empty()
    state.seed([ACCOUNT], [Sim(ICCID, "INVENTORY", "EU", "1")])
    assert not state.is_empty()
    assert state.sim(ICCID).date_added == NOW
    state.seed(sims=[Sim(ICCID, "ACTIVATED", "EU", "1"), Sim("8988200000000000022", "RETIRED", "EU", "1")])
    assert state.counts() == {"ACTIVATED": 1, "RETIRED": 1}
    assert state.accounts() == [ACCOUNT]
    state.seed([ACCOUNT], [Sim(ICCID, "RETIRED", "EU", "1")], replace=True)
    assert state.counts() == {"RETIRED": 1}


@pytest.mark.slow
def test_a_hundred_thousand_sims_are_seeded_and_found_quickly(state):
    sims = [Sim(f"8988200{number:011d}0", "ACTIVATED", "EU", "1") for number in range(100_000)]
    started = time.perf_counter()
    state.seed([ACCOUNT], sims)
    assert state.counts() == {"ACTIVATED": 100_000}
    assert time.perf_counter() - started < 30


def test_looking_lets_happen_what_is_due(tmp_path):
    times = [NOW]
    with running(tmp_path, clock=lambda: times[-1]) as sandbox:
        sandbox.state.seed([ACCOUNT], [Sim(ICCID, "ACTIVATED", "EU", "1")])
        sandbox.state.change_settings(state_delay_s=60)
        url = f"{sandbox.url}/rws/api/v1/devices/{ICCID}"
        requests.put(url, json={"status": "RETIRED"}, auth=("editor", "key"), timeout=20)
        assert sandbox.state.counts() == {"ACTIVATED": 1}
        times.append(NOW + timedelta(seconds=60))
        assert sandbox.state.counts() == {"RETIRED": 1}


def test_faults_are_in_the_state(state):
    kept = state.add_fault(Fault("html", times=3))
    assert state.faults() == [kept]
    assert state.clear_faults(kept.id) == 1
    assert state.clear_faults() == 0


def test_the_application_is_wsgi(tmp_path):
    app = create_app(tmp_path, clock=lambda: NOW)
    app.state.seed([ACCOUNT])
    reply = Client(app).get("/rws/api/v1/echo/x", auth=("editor", "key"))
    assert (reply.status_code, reply.json) == (200, {"context": "x"})
    app.close()


def test_calls_without_a_user_are_logged_too(tmp_path):
    with running(tmp_path, clock=lambda: NOW) as sandbox:
        requests.get(f"{sandbox.url}/rws/api/v1/echo/x", timeout=20)
        requests.get(f"{sandbox.url}/rws/api/v1/nothing", auth=("editor", "key"), timeout=20)
        sandbox.state.seed([ACCOUNT])
        requests.get(f"{sandbox.url}/rws/api/v1/nothing", auth=("editor", "key"), timeout=20)
        calls = [(call.account, call.status, call.error_code) for call in sandbox.state.calls()]
    assert calls == [("", 401, None), ("editor", 401, "10000001"), ("editor", 404, None)]


def test_secrets_do_not_reach_the_log(tmp_path):
    with running(tmp_path, clock=lambda: NOW) as sandbox:
        sandbox.state.seed([ACCOUNT])
        body = {"messageText": "secret-a", "callbackParam": {"callbackUrl": "secret-b"}, "apiKey": "secret-c"}
        url = f"{sandbox.url}/rws/api/v1/devices/{ICCID}/smsMessages?password=secret-d"
        requests.post(url, json=body, auth=("editor", "secret-e"), timeout=20)
        [call] = sandbox.state.calls()
    assert set(call.parameters) == {"messageText", "callbackParam", "apiKey", "password"}
    assert "secret" not in str(call)
