"""Faults in the way of SOAP calls: the same ones as for REST, each in this transport's own words."""

import pytest
import requests
from sandbox_soap_client import Answered, envelope, iccids, payload, security

ACTIVE = "8988200000000000014"
DETAILS = payload("GetTerminalDetails", iccids(ACTIVE))


def performed(sandbox):
    return [one.what for call in sandbox.state.calls() for one in call.performed]


def raw(soap):
    return soap.post("GetTerminalDetails", envelope(security("editor", "pw-e"), DETAILS))


def test_a_slow_reply_is_late_but_right(soap, controls):
    controls.fault("slow", seconds=0.3, times=1)
    answered = soap.call("GetTerminalDetails", iccids(ACTIVE))
    assert (answered.fault, len(answered.all("terminals/terminal"))) == ("", 1)
    assert answered.reply.elapsed.total_seconds() >= 0.3


def test_a_hang_performs_nothing(soap, controls, sandbox):
    controls.fault("hang", seconds=0.2, times=1)
    with pytest.raises(requests.ConnectionError):
        soap.edit(ACTIVE, 3, "DEACTIVATED_NAME")
    assert performed(sandbox) == []


@pytest.mark.parametrize(
    ("kind", "done"), [("cut_before", []), ("cut_after", ["sms"]), ("hang", []), ("hang_after", ["sms"])]
)
def test_a_message_that_nobody_hears_of(soap, controls, sandbox, kind, done):
    controls.fault(kind, path="*/SendSMS", times=1, **({"seconds": 0.1} if "hang" in kind else {}))
    with pytest.raises(requests.ConnectionError):
        soap.send(ACTIVE, "x")
    assert performed(sandbox) == done
    assert len(soap.call("GetModifiedSMS").all("smsMsgIds/smsMsgId")) == len(done)
    cut = sandbox.state.calls()[0]
    assert (cut.path, cut.status, cut.fault, cut.finished) == ("/ws/service/Sms/SendSMS", None, kind, True)


def test_html_error_page(soap, controls):
    controls.fault("html", times=1)
    reply = raw(soap)
    assert (reply.status_code, reply.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert reply.text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "server_error"}, "400300"),
        ({"kind": "throttle"}, "400101"),
        ({"kind": "expired_key"}, "400100"),
        ({"kind": "error", "error_code": "100000"}, "100000"),
        ({"kind": "error", "error_code": "400201"}, "400201"),
    ],
)
def test_refusals(soap, controls, sandbox, fault, code):
    controls.fault(**fault, times=1)
    answered = soap.edit(ACTIVE, 3, "DEACTIVATED_NAME")
    assert (answered.status, answered.fault) == (500, code)
    assert performed(sandbox) == []
    assert [call.error_code for call in sandbox.state.calls()] == [code]
    assert soap.modified().fault == ""


def test_throttling_with_retry_after_and_another_status(soap, controls):
    controls.fault("throttle", retry_after=7, status=503, times=1)
    answered = Answered(raw(soap))
    assert (answered.status, answered.reply.headers["Retry-After"]) == (503, "7")
    assert answered.payload.findtext("faultstring") == "400101"


def test_a_reply_that_breaks_off(soap, controls):
    controls.fault("garbage", times=1)
    reply = raw(soap)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert reply.text.startswith("<?xml")
    assert "</SOAP-ENV:Envelope>" not in reply.text


def test_a_reply_with_a_wrong_content_type(soap, controls):
    controls.fault("wrong_type", times=1)
    answered = soap.call("GetTerminalDetails", iccids(ACTIVE))
    assert answered.reply.headers["Content-Type"].startswith("text/plain")
    assert len(answered.all("terminals/terminal")) == 1


def test_an_edit_that_never_happens(soap, controls, sandbox):
    controls.fault("never_happens", times=1)
    assert soap.modified().fault == ""
    assert soap.edit(ACTIVE, 3, "DEACTIVATED_NAME").fault == ""
    controls.post("advance", seconds=86400)
    assert soap.terminal(ACTIVE)["status"] == "ACTIVATED_NAME"
    assert performed(sandbox) == []


def test_faults_choose_their_calls(soap, soap_user, carrier, controls):
    controls.fault("throttle", account="reader")
    controls.fault("html", path="*/EditTerminal")
    controls.fault("server_error", account="100020002", path="/ws/service/*")
    assert soap.modified().fault == ""
    assert soap_user("reader").modified().fault == "400101"
    assert soap.post("EditTerminal", envelope("", "")).status_code == 500
    assert soap.post("EditTerminal", envelope("", payload("EditTerminal", ""))).status_code == 502
    assert soap_user("west").modified().fault == "400300"
    assert soap_user("west").echo().fault == "400300"
    assert carrier.get("/echo/x").status_code == 200


def test_one_log_for_both_transports_without_secrets(soap, carrier, sandbox, controls):
    carrier.get("/echo/x")
    soap.call("GetTerminalDetails", iccids(ACTIVE))
    soap.send(ACTIVE, "a private message")
    soap.edit(ACTIVE, 3, "INVENTORY_NAME")
    soap.echo()
    calls = sandbox.state.calls()
    assert [call.transport for call in calls] == ["rest", "soap", "soap", "soap", "soap"]
    assert [call.path.rpartition("/")[2] for call in calls[1:]] == [
        *("GetTerminalDetails", "SendSMS", "EditTerminal", "Echo")
    ]
    assert [(call.method, call.account, call.status, call.error_code) for call in calls[1:]] == [
        ("POST", "editor", 200, None),
        ("POST", "editor", 200, None),
        ("POST", "editor", 500, "100300"),
        ("POST", "", 200, None),
    ]
    assert calls[1].parameters["iccids"] == [ACTIVE]
    assert (calls[3].parameters["targetValue"], calls[3].parameters["changeType"]) == ("INVENTORY_NAME", "3")
    written = str(controls.call("GET", "calls").json())
    assert not [secret for secret in ("pw-e", "'licence'", "private") if secret in written]


def test_the_log_has_what_could_not_be_read(soap, sandbox):
    soap.post("Echo", "<a><b></a>")
    soap.post("Echo", envelope("", payload("SendSMS", "")))
    requests.get(f"{sandbox.url}/ws/service/echo", timeout=20)
    assert [(call.path, call.status, call.error_code) for call in sandbox.state.calls()] == [
        ("/ws/service/echo", 500, "400000"),
        ("/ws/service/echo", 500, "400000"),
        ("/ws/service/echo", 405, None),
    ]
