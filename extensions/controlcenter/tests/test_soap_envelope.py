from contextlib import suppress
from datetime import date
from xml.etree import ElementTree

import pytest
from soap_spec import (
    BILLING,
    ICCID,
    PASSWORD,
    REQUEST_XML,
    SCHEMA,
    SMS,
    SOAPENV,
    TERMINAL,
    WSSE,
    action,
    fields,
    payload,
    reply_xml,
    serve,
)

from extensions.controlcenter import soap_sims, soap_sms
from extensions.controlcenter.soap_envelope import Credentials, envelope
from extensions.core.contract import BadResponse, NotFound, ProviderError, Refused


def shape(element: ElementTree.Element) -> tuple:
    text = (element.text or "").strip()
    return element.tag, dict(element.attrib), text, [shape(child) for child in element]


def read(content: bytes | str) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314 - our own request


def test_the_specifications_request():
    credentials = Credentials("fleet-reader", PASSWORD, "ad2c8b10-55e4-4a0e-9d6b-0d6d1e2f9a77")

    written = envelope("GetTerminalDetails", [("iccids", [("iccid", ICCID)])], credentials, "7f3a")

    assert shape(read(written)) == shape(read(REQUEST_XML))


# Path, operation, fields in the order of the schema, and the call that sends them.
REQUESTS = [
    (TERMINAL, "GetModifiedTerminals", ["since"], lambda context: soap_sims.check(context)),
    (TERMINAL, "GetTerminalDetails", ["iccids"], lambda context: soap_sims.record(context, ICCID)),
    (
        TERMINAL,
        "EditTerminal",
        ["iccid", "targetValue", "changeType"],
        lambda context: soap_sims.set_plan(context, ICCID, "EU 5MB"),
    ),
    (
        BILLING,
        "GetTerminalUsage",
        ["iccid", "cycleStartDate"],
        lambda context: soap_sims.usage(context, ICCID, date(2017, 2, 1)),
    ),
    (SMS, "SendSMS", ["sentToIccid", "messageText"], lambda context: soap_sms.send(context, ICCID, "reboot")),
    (SMS, "GetSMSDetails", ["smsMsgIds"], lambda context: soap_sms.report(context, "7")),
    (
        SMS,
        "GetModifiedSMS",
        ["iccid", "fromDate"],
        lambda context: soap_sms.find(context, ICCID, "reboot", context.now()),
    ),
]


@pytest.mark.parametrize(("path", "operation", "names", "call"), REQUESTS, ids=[request[1] for request in REQUESTS])
def test_every_request_goes_to_its_service_in_the_order_of_the_schema(
    httpserver, soap_context, path, operation, names, call
):
    serve(httpserver, path, reply_xml(operation))

    # Some replies say nothing that these calls can use; here it is about the requests.
    with suppress(BadResponse, NotFound):
        call(soap_context)

    [(request, response)] = httpserver.log
    assert response.status_code == 200
    assert (request.method, request.path, request.query_string) == ("POST", path, b"")
    assert request.headers["SOAPAction"] == action(path, operation)
    assert request.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert payload(request).tag == f"{SCHEMA}{operation}Request"
    assert [name for name, _ in fields(request)] == names


def test_the_service_segment_is_lower_case_in_the_action_and_not_in_the_path(httpserver, soap_context):
    serve(httpserver, "/ws/service/Sms", reply_xml("SendSMS", "<ns2:smsMsgId>1</ns2:smsMsgId>"))

    soap_sms.send(soap_context, ICCID, "reboot")

    [(request, _)] = httpserver.log
    assert request.headers["SOAPAction"] == '"http://api.jasperwireless.com/ws/service/sms/SendSMS"'


def test_each_call_has_a_message_id_of_its_own(httpserver, soap_context):
    serve(httpserver, TERMINAL, reply_xml("GetModifiedTerminals"))

    soap_sims.check(soap_context)
    soap_sims.check(soap_context)

    first, second = (payload(request).findtext(f"{SCHEMA}messageId") for request, _ in httpserver.log)
    assert first
    assert first != second


def test_credentials_go_out_escaped_in_header_and_body_and_nowhere_else(httpserver, rest_context):
    serve(httpserver, TERMINAL, reply_xml("GetModifiedTerminals"))

    soap_sims.check(rest_context(username=" łódź&co ", password=" <p\"&'] ", access_key="key\n"))

    [(request, _)] = httpserver.log
    envelope = read(request.data)
    assert envelope.findtext(f".//{WSSE}Username") == "łódź&co"
    assert envelope.findtext(f".//{WSSE}Password") == " <p\"&'] "
    assert payload(request).findtext(f"{SCHEMA}licenseKey") == "key"
    assert "Authorization" not in request.headers
    assert envelope.find(f"{SOAPENV}Header")[0].attrib == {f"{SOAPENV}mustUnderstand": "1"}


@pytest.mark.parametrize("settings", [{"password": "a\x07b"}, {"username": "a\x00"}, {"access_key": "\ud800"}])
def test_credentials_that_no_xml_can_hold_are_refused_without_a_call(httpserver, rest_context, settings):
    with pytest.raises(Refused, match="character"):
        soap_sims.check(rest_context(**settings))
    assert httpserver.log == []


@pytest.mark.parametrize("subject", ["..", "8988 200", "", "<iccid>", "89\n"])
def test_what_cannot_be_an_identifier_is_not_asked_for(httpserver, soap_context, subject):
    calls = [
        lambda: soap_sims.record(soap_context, subject),
        lambda: soap_sims.usage(soap_context, subject, date(2017, 2, 1)),
        lambda: soap_sims.set_plan(soap_context, subject, "EU 5MB"),
        lambda: soap_sms.send(soap_context, subject, "reboot"),
    ]
    for call in calls:
        with pytest.raises(ProviderError) as caught:
            call()
        assert type(caught.value) is NotFound
    assert httpserver.log == []
