"""What diagnostics keep of Control Center's wire: enough to find a fault, and nobody's numbers, names or words."""

import base64
import json
from datetime import UTC, date, datetime
from html import escape
from urllib.parse import quote

import pytest
from rest_spec import API, CTD_JSON, CTD_USAGES, DETAILS_JSON, DEVICE, ICCID, SMS_OF_DEVICE, USAGE_IN_ZONE, USAGE_JSON
from soap_spec import SMS, TERMINAL, TERMINAL_XML
from werkzeug import Request, Response

from extensions.controlcenter.diagnostics import WIRE
from extensions.controlcenter.provider import ControlCenter
from extensions.controlcenter.soap_envelope import ENVELOPE, SCHEMA
from extensions.core.contract import Context, ProviderError, Refused
from extensions.core.redaction import Redactor
from iotdash.lib.outbound import AddressPolicy, GuardedSession

CARRIER = ControlCenter()
SECRETS = {"username": "anna.schmidt", "password": 'pass&<word> "ü"', "access_key": "key/with+signs=="}
TEXT = "Opening code of Anna's cellar: 4711"
NUMBERS = ("901161700000001", "882350000000001", ICCID, "100020001", "pump-17")
SOAP_REPLY = f"""<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}"><SOAP-ENV:Header/><SOAP-ENV:Body>
<ns2:{{name}}Response xmlns:ns2="{SCHEMA}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ns2:requestId="R1">
<ns2:correlationId>1</ns2:correlationId>{{inside}}</ns2:{{name}}Response></SOAP-ENV:Body></SOAP-ENV:Envelope>"""


@pytest.fixture
def told():
    """What was kept of the calls, as one text each."""
    return []


@pytest.fixture
def reach(httpserver, told):
    def of(protocol):
        known = Redactor(WIRE, "abc123", [SECRETS["password"], SECRETS["access_key"]])

        def witness(call, request, response):
            sides = [(each.headers, body) for each, body in ((request, request.body), (response, response.content))]
            kept = [known.headers(headers) for headers, _ in sides]
            bodies = [known.body(body, headers.get("Content-Type", "")).text for headers, body in sides]
            told.append("\n".join([known.url(request.url), str(kept), *bodies]))

        session = GuardedSession(AddressPolicy(allow_loopback=True), witness=witness)
        settings = SECRETS | {"domain_id": httpserver.url_for(""), "protocol": protocol}
        return Context(settings=settings, http=session, now=lambda: datetime(2017, 3, 15, tzinfo=UTC))

    return of


def planted() -> list[str]:
    """Everything that must not be told, in every form that it could have."""
    basic = f"{SECRETS['username']}:{SECRETS['access_key']}"
    values = [*SECRETS.values(), *NUMBERS, TEXT, basic, "Anna", "cellar", "schmidt"]
    forms = (lambda text: text, quote, lambda text: quote(text, safe=""), escape, lambda text: json.dumps(text)[1:-1])
    encoded = [base64.b64encode(value.encode()).decode() for value in values]
    return [*encoded, *(form(value) for value in values for form in forms)]


def leaked(told) -> list[str]:
    return [value for value in planted() if value in "\n".join(told)]


def test_a_sim_over_rest(httpserver, reach, told):
    httpserver.expect_request(DEVICE).respond_with_data(DETAILS_JSON, content_type="application/json")
    httpserver.expect_request(CTD_USAGES).respond_with_data(CTD_JSON, content_type="application/json")
    CARRIER.record(reach("rest"), ICCID)
    assert leaked(told) == []
    for harmless in (
        '"status": "ACTIVATED"',
        '"ratePlan": "EU 5MB"',
        "2017-02-17 15:42:57.743+0000",
        f"{API}/devices/",
    ):
        assert harmless in told[0]
    assert '"ctdDataUsage": 12944691' in told[1]
    assert "/ctdUsages" in told[1]


def test_usage_over_rest(httpserver, reach, told):
    httpserver.expect_request(USAGE_IN_ZONE).respond_with_data(USAGE_JSON, content_type="application/json")
    CARRIER.usage(reach("rest"), ICCID, date(2017, 2, 27))
    assert leaked(told) == []
    assert '"dataUsage": 106430464' in told[0]
    assert "cycleStartDate=2017-02-27Z" in told[0]


def test_a_sim_over_soap(httpserver, reach, told):
    terminals = f"<ns2:terminals>{TERMINAL_XML}</ns2:terminals>"
    reply = SOAP_REPLY.format(name="GetTerminalDetails", inside=terminals)
    httpserver.expect_request(TERMINAL).respond_with_data(reply, content_type="text/xml")
    CARRIER.record(reach("soap"), ICCID)
    assert leaked(told) == []
    for harmless in ("<ns2:status>ACTIVATED_NAME</ns2:status>", "12.345", "GetTerminalDetailsRequest", TERMINAL):
        assert harmless in told[0]


@pytest.mark.parametrize(("protocol", "path"), [("rest", SMS_OF_DEVICE), ("soap", SMS)])
def test_a_text_message(httpserver, reach, told, protocol, path):
    reply = SOAP_REPLY.format(name="SendSMS", inside="<ns2:smsMsgId>4302867004</ns2:smsMsgId>")
    answer = '{"smsMessageId": 4302867004}' if protocol == "rest" else reply
    httpserver.expect_request(path).respond_with_data(answer)
    CARRIER.send_sms(reach(protocol), ICCID, TEXT)
    assert leaked(told) == []
    assert "4302867004" in told[0]


@pytest.mark.parametrize("protocol", ["rest", "soap"])
def test_a_service_that_repeats_everything_where_diagnostics_keep_it(httpserver, reach, told, protocol):
    def repeat(request: Request) -> Response:
        heard = [request.headers.get("Authorization", ""), *SECRETS.values(), TEXT]
        body = {"errorCode": "1", "errorMessage": f"No {' '.join(heard)}", "simNotes": request.get_data(as_text=True)}
        kept = {"status": heard[0], "ratePlan": SECRETS["password"], "zone": quote(SECRETS["access_key"], safe="")}
        headers = {"Retry-After": quote(SECRETS["access_key"]), "X-Heard": TEXT, "Server": SECRETS["access_key"]}
        return Response(json.dumps(body | kept), 400, headers, content_type="application/json")

    httpserver.expect_request("").respond_with_handler(repeat)
    httpserver.expect_request(SMS_OF_DEVICE).respond_with_handler(repeat)
    httpserver.expect_request(SMS).respond_with_handler(repeat)
    with pytest.raises(ProviderError):
        CARRIER.send_sms(reach(protocol), ICCID, TEXT)
    assert leaked(told) == []
    assert '"errorMessage": "No ' in told[0]


@pytest.mark.parametrize(("protocol", "path", "asked"), [("rest", DEVICE, ""), ("soap", TERMINAL, "text/xml")])
def test_what_a_replay_lacks_is_refused_and_holds_nothing_up(httpserver, reach, protocol, path, asked):
    status, content_type, body = WIRE.unrecorded(asked, "Not in the bundle & not <known>.")
    httpserver.expect_request(path).respond_with_data(body, status, content_type=content_type)
    with pytest.raises(Refused) as refused:
        CARRIER.record(reach(protocol), ICCID)
    assert refused.value.words == "Not in the bundle & not <known>."


@pytest.mark.parametrize("code", ["10000001", "40000029", "400200"])
def test_codes_stay(code):
    body = Redactor(WIRE, "abc123").body(json.dumps({"errorCode": code, "errorMessage": f"{code}: Invalid ICCID"}))
    assert json.loads(body.text) == {"errorCode": code, "errorMessage": f"{code}: Invalid ICCID"}


def test_the_reason_of_a_refused_edit_stays():
    fault = f'<d:detail xmlns:d="{SCHEMA}"><d:error>SIMSTATUS_INVALID_TRANSITION: SIM {ICCID}</d:error></d:detail>'
    body = Redactor(WIRE, "abc123").body(fault)
    assert "SIMSTATUS_INVALID_TRANSITION: SIM 0000" in body.text
    assert ICCID not in body.text
