"""Faults in the way of calls, and what was performed all the same."""

import threading

import pytest
import requests

from extensions.controlcenter.sandbox import running

ACTIVE = "8988200000000000014"


def performed(sandbox):
    return [one.what for call in sandbox.state.calls() for one in call.performed]


def test_a_slow_reply_is_late_but_right(carrier, controls):
    controls.fault("slow", seconds=0.3, times=1)
    slow, fast = carrier.get("/echo/x"), carrier.get("/echo/x")
    assert slow.json() == fast.json()
    assert slow.elapsed.total_seconds() >= 0.3


def test_latency_slows_every_call(carrier, controls):
    controls.post("settings", latency_ms=150)
    assert carrier.get("/echo/x").elapsed.total_seconds() >= 0.15


def test_cut_before_performs_nothing(carrier, controls, sandbox):
    controls.fault("cut_before", method="PUT", times=1)
    with pytest.raises(requests.ConnectionError):
        carrier.edit(ACTIVE, status="DEACTIVATED")
    assert carrier.device(ACTIVE)["status"] == "ACTIVATED"
    assert performed(sandbox) == []
    assert sandbox.state.calls()[0].status is None


def test_cut_after_has_performed(carrier, controls, sandbox):
    controls.fault("cut_after", path="*/smsMessages", times=1)
    with pytest.raises(requests.ConnectionError):
        carrier.send(ACTIVE, messageText="x")
    assert performed(sandbox) == ["sms"]
    assert len(carrier.get("/smsMessages?fromDate=2017-03-01Z").json()["smsMsgIds"]) == 1
    cut = sandbox.state.calls()[0]
    assert (cut.status, cut.fault, cut.finished) == (None, "cut_after", True)


def test_html_error_page(carrier, controls):
    controls.fault("html", times=2)
    reply = carrier.get("/echo/x")
    assert (reply.status_code, reply.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert reply.text.startswith("<!doctype html>")
    controls.fault("html", status=503, times=1)
    assert [carrier.get("/echo/x").status_code for _ in range(3)] == [502, 503, 200]


def test_server_error_with_a_fault_body(carrier, controls, error_of, sandbox):
    controls.fault("server_error", times=1)
    assert error_of(carrier.edit(ACTIVE, status="DEACTIVATED")) == (500, "30000001")
    assert performed(sandbox) == []


def test_throttling_with_and_without_retry_after(carrier, controls, error_of):
    controls.fault("throttle", times=1)
    controls.fault("throttle", retry_after=7, times=1)
    without, with_header = carrier.get("/echo/x"), carrier.get("/echo/x")
    assert error_of(without) == error_of(with_header) == (429, "40000029")
    assert "Retry-After" not in without.headers
    assert with_header.headers["Retry-After"] == "7"


def test_expired_key(carrier, controls, error_of):
    controls.fault("expired_key", times=1)
    reply = carrier.get("/echo/x")
    assert error_of(reply) == (401, "10000001")
    assert "WWW-Authenticate" in reply.headers
    assert carrier.get("/echo/x").status_code == 200


def test_an_error_of_choice(carrier, controls, error_of):
    controls.fault("error", error_code="10000079", times=1)
    assert error_of(carrier.get("/echo/x")) == (400, "10000079")


def test_garbage_json(carrier, controls):
    controls.fault("garbage", times=1)
    reply = carrier.get(f"/devices/{ACTIVE}")
    assert (reply.status_code, reply.headers["Content-Type"][:16]) == (200, "application/json")
    with pytest.raises(requests.JSONDecodeError):
        reply.json()


def test_wrong_content_type(carrier, controls):
    controls.fault("wrong_type", times=1)
    reply = carrier.get("/echo/x")
    assert reply.headers["Content-Type"].startswith("text/plain")
    assert reply.json() == {"context": "x"}


def test_an_edit_that_never_happens(carrier, controls, sandbox, error_of):
    controls.fault("never_happens", times=2)
    assert carrier.get("/echo/x").status_code == 200
    reply = carrier.edit(ACTIVE, status="DEACTIVATED")
    assert (reply.status_code, reply.json()) == (202, {"iccid": ACTIVE})
    controls.post("advance", seconds=86400)
    assert carrier.device(ACTIVE)["status"] == "ACTIVATED"
    assert performed(sandbox) == []
    assert error_of(carrier.edit(ACTIVE, status="INVENTORY")) == (400, "10000029")


def in_background(call):
    """Runs a call that will be cut; the event says when it is over."""
    over = threading.Event()

    def run():
        with pytest.raises(requests.ConnectionError):
            call()
        over.set()

    threading.Thread(target=run, daemon=True).start()
    return over


def wait_for_call(sandbox, path_end):
    """Until the sandbox has the call in its log, which is before it hangs."""
    tick = threading.Event()
    while not any(call.path.endswith(path_end) for call in sandbox.state.calls()):
        tick.wait(0.01)


@pytest.mark.parametrize(("kind", "done"), [("hang", []), ("hang_after", ["status"])])
def test_a_hang_blocks_nobody_else_and_ends_when_cleared(carrier, controls, sandbox, kind, done):
    controls.fault(kind, path=f"*/{ACTIVE}", method="PUT", times=1)
    over = in_background(lambda: carrier.edit(ACTIVE, status="DEACTIVATED"))
    wait_for_call(sandbox, ACTIVE)
    assert carrier.get("/echo/x").status_code == 200
    assert not over.is_set()
    assert sandbox.state.calls()[0].finished is False
    assert [fault.times for fault in sandbox.state.faults()] == [0]
    controls.call("DELETE", "faults")
    assert over.wait(10)
    assert performed(sandbox) == done


def test_a_hang_may_have_a_length(carrier, controls, sandbox):
    controls.fault("hang", seconds=0.2, times=1)
    with pytest.raises(requests.ConnectionError):
        carrier.get("/echo/x")
    assert sandbox.state.faults() == []
    assert carrier.get("/echo/x").status_code == 200


def test_a_hang_ends_when_the_caller_gives_up(carrier, controls, sandbox):
    controls.fault("hang")
    with pytest.raises(requests.ReadTimeout):
        carrier.get("/echo/x", timeout=0.1)
    tick = threading.Event()
    while not sandbox.state.calls()[0].finished:
        tick.wait(0.01)
    assert len(sandbox.state.faults()) == 1


def test_a_hang_does_not_hold_up_the_end(tmp_path):
    with running(tmp_path) as sandbox:
        requests.post(f"{sandbox.url}/_sandbox/faults", json={"kind": "hang"}, timeout=20)
        over = in_background(lambda: requests.get(f"{sandbox.url}/rws/api/v1/echo/x", timeout=60))
        wait_for_call(sandbox, "/echo/x")
    assert over.wait(10)


def test_faults_choose_their_calls(carrier, as_user, controls):
    controls.fault("html", account="100020002")
    controls.fault("server_error", account="reader", path="*/echo/*")
    controls.fault("throttle", method="POST")
    assert carrier.get("/echo/x").status_code == 200
    assert as_user("west").get("/echo/x").status_code == 502
    assert as_user("reader").get("/echo/x").status_code == 500
    assert as_user("reader").get(f"/devices/{ACTIVE}").status_code == 200
    assert carrier.send(ACTIVE, messageText="x").status_code == 429


def test_faults_last_for_so_many_calls_or_until_cleared(carrier, controls):
    controls.fault("html", times=2)
    assert [carrier.get("/echo/x").status_code for _ in range(3)] == [502, 502, 200]
    fault = controls.fault("html").json()
    other = controls.fault("server_error").json()
    assert [carrier.get("/echo/x").status_code for _ in range(3)] == [502, 502, 502]
    assert controls.call("DELETE", f"faults?id={fault['id']}").json() == {"cleared": 1}
    assert carrier.get("/echo/x").status_code == 500
    assert [listed["id"] for listed in controls.call("GET", "faults").json()["faults"]] == [other["id"]]


def test_faults_outlive_the_process(tmp_path):
    with running(tmp_path) as first:
        requests.post(f"{first.url}/_sandbox/faults", json={"kind": "html", "times": 2}, timeout=20)
        assert requests.get(f"{first.url}/rws/api/v1/echo/x", timeout=20).status_code == 502
    with running(tmp_path) as second:
        replies = [requests.get(f"{second.url}/rws/api/v1/echo/x", timeout=20).status_code for _ in range(2)]
    assert replies == [502, 401]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "earthquake"},
        {},
        {"kind": "slow", "seconds": "long"},
        {"kind": "html", "times": 0},
        {"kind": "html", "times": -1},
        {"kind": "error"},
        {"kind": "html", "colour": "red"},
    ],
)
def test_faults_that_cannot_be(controls, fault):
    reply = controls.call("POST", "faults", fault)
    assert reply.status_code == 422
    assert reply.json()["error"].endswith(".")
    assert controls.call("GET", "faults").json() == {"faults": []}
