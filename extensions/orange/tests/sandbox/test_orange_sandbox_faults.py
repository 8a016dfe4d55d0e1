"""Faults that a person injects (specification 12.10)."""

import pytest
import requests
from orange_sandbox_client import DIRECTORY, LIFECYCLE, Malima, envelope, lines

ACTIVE = "9900000000010"
GET = envelope(f"<v:getConnectivityDirectory>{lines('simSerialNumber', [ACTIVE])}</v:getConnectivityDirectory>")


def test_an_html_page_of_a_gateway(malima, controls):
    controls.fault("html", times=1)
    reply = malima.post(GET)
    assert (reply.status_code, reply.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert malima.post(GET).status_code == 200


@pytest.mark.parametrize(
    ("kind", "code"),
    [("server_error", "MLM_DEFAULT_ERROR_CODE"), ("throttle", "REQ.REJECTED_BY_SLM_MONITOR")],
)
def test_faults_of_the_service(malima, controls, kind, code):
    controls.fault(kind)
    answered = malima.get([ACTIVE])
    assert (answered.reply.status_code, answered.fault) == (500, ("MalimaError", code))


@pytest.mark.parametrize("code", ["MLM_QUOTA_EXCEEDED", "CANNOT_CONNECT_TO_DATABASE", "MLM_SOAP_HEADER_ERROR", "NEW"])
def test_any_code(malima, controls, code):
    controls.fault("error", error_code=code)
    assert malima.get([ACTIVE]).fault == ("MalimaError", code)


def test_a_password_that_is_refused_whatever_it_is(malima, controls):
    controls.fault("expired_key")
    assert malima.post(GET).status_code == 401
    controls.post("settings", wrong_password="fault")
    assert malima.get([ACTIVE]).fault == ("MalimaError", "REQ.AUTHENTICATION_FAILURE")


@pytest.mark.parametrize(("kind", "performed"), [("cut_before", 0), ("cut_after", 1)])
def test_cut_connections(malima, controls, sandbox, kind, performed):
    controls.fault(kind, times=1)
    with pytest.raises(requests.ConnectionError):
        malima.submit([ACTIVE], "SUSPENDED")
    assert [len(call.performed) for call in sandbox.state.calls()] == [performed]
    assert bool(sandbox.state.sim(ACTIVE).requested_status) is bool(performed)


def test_a_hang_ends_when_it_is_cleared(malima, controls):
    controls.fault("hang", seconds=0.2)
    with pytest.raises(requests.ConnectionError):
        malima.post(GET)
    controls.post("faults/clear")
    assert malima.post(GET).status_code == 200


def test_a_slow_reply_comes(malima, controls):
    controls.fault("slow", seconds=0.05)
    assert set(malima.get([ACTIVE]).entries) == {ACTIVE}


def test_a_reply_that_breaks_off(malima, controls):
    controls.fault("garbage")
    text = malima.post(GET).text
    assert text.startswith("<?xml")
    assert "</soap:Envelope>" not in text


def test_a_wrong_content_type(malima, controls):
    controls.fault("wrong_type")
    reply = malima.post(GET)
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "</soap:Envelope>" in reply.text


def test_a_change_that_never_happens(malima, controls, sandbox):
    controls.fault("never_happens")
    ticket = malima.ticket([ACTIVE], "SUSPENDED")
    controls.post("advance", seconds=86_400)
    assert malima.outcome(ticket) == ("WAITING", {})
    assert sandbox.state.sim(ACTIVE).status == "ACTIVATED"


def test_faults_choose_by_login_customer_and_path(malima, as_login, controls):
    controls.fault("html", account="reader")
    assert [as_login(name).post(GET).status_code for name in ("manager", "reader")] == [200, 502]
    controls.post("faults/clear")
    controls.fault("html", account="CEN-A")
    assert [as_login(name).post(GET).status_code for name in ("manager", "other")] == [502, 200]
    controls.post("faults/clear")
    controls.fault("html", path="*/searchInConnectivityDirectory")
    assert malima.post(GET).status_code == 200
    assert malima.post(envelope("<v:searchInConnectivityDirectory/>")).status_code == 502


def test_a_faulty_call_costs_no_quota(malima, controls):
    controls.fault("server_error")
    malima.get([ACTIVE])
    used = {each["service"]: each["used"] for each in controls.call("GET", "").json()["quotas"]}
    assert used == {DIRECTORY: 0, LIFECYCLE: 0}


def test_a_fault_meets_those_without_a_login_too(sandbox, controls):
    controls.fault("html")
    assert Malima(sandbox.url, "nobody", "x").post(GET).status_code == 502
