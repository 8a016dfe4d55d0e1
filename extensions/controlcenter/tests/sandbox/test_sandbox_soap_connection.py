"""Who may talk SOAP to the sandbox, in which words, and at which rate."""

import time

import pytest
import requests
from sandbox_soap_client import (
    API,
    SOAP,
    Answered,
    action,
    envelope,
    fields,
    iccids,
    names,
    payload,
    security,
)

ACTIVE = "8988200000000000014"
HEADER = security("editor", "pw-e")
DETAILS = payload("GetTerminalDetails", iccids(ACTIVE))
DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"


def test_echo_proves_host_and_licence_only(soap):
    soap.username = "nobody"
    answered = soap.echo("hello there")
    assert (answered.status, answered.text("value")) == (200, "hello there")
    soap.licence = "wrong"
    assert soap.echo().fault == "400100"


def test_a_reply_looks_as_the_carriers(soap):
    answered = soap.call("GetTerminalDetails", iccids(ACTIVE))
    assert answered.reply.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}">' in answered.reply.text
    assert f'<ns2:GetTerminalDetailsResponse xmlns:ns2="{API}" ns2:requestId="' in answered.reply.text
    assert names(answered.payload) == ["correlationId", "version", "build", "timestamp", "terminals"]
    assert answered.text("correlationId") == "7f3a"
    assert answered.text("timestamp") == "2017-03-15T10:00:00.000Z"


def test_request_ids_differ(soap):
    ids = [soap.echo().payload.get(f"{{{API}}}requestId") for _ in range(2)]
    assert len(set(ids)) == 2
    assert all(ids)


def test_a_fault_is_500_with_a_numeric_string_and_a_detail(soap):
    soap.licence = "wrong"
    answered = soap.call("GetTerminalDetails", iccids(ACTIVE))
    assert (answered.status, answered.payload.tag) == (500, f"{{{SOAP}}}Fault")
    assert [child.tag for child in answered.payload] == ["faultcode", "faultstring", "detail"]
    assert answered.payload.findtext("faultcode") == "SOAP-ENV:Client"
    assert answered.payload.findtext("faultstring") == "400100"
    assert names(answered.payload.find("detail")) == ["error", "exception", "message"]
    assert all(child.text for child in answered.payload.find("detail"))
    assert answered.reply.headers["Content-Type"].startswith("text/xml")


@pytest.mark.parametrize("path", ["terminal", "billing", "Sms", "echo"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_services_take_posts_only(sandbox, path, method):
    reply = requests.request(method, f"{sandbox.url}/ws/service/{path}", timeout=20)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "400200"),
        (security("editor", "wrong"), "400200"),
        (security("editor", ""), "400200"),
        (security("nobody", "pw-e"), "400200"),
        (security("editor", "key-editor"), "400200"),
        (security("editor", "pw-r"), "400200"),
        (security("editor", "pw-e", DIGEST), "400200"),
        (security("west", "pw-w"), "400100"),
    ],
)
def test_users_that_are_refused(soap, header, code):
    assert Answered(soap.post("GetTerminalDetails", envelope(header, DETAILS))).fault == code


@pytest.mark.parametrize("licence", ["", "wrong", "pw-e", "key-editor", "licence-w"])
def test_licences_that_are_refused(soap, licence):
    body = envelope(HEADER, payload("GetTerminalDetails", iccids(ACTIVE), licence))
    assert Answered(soap.post("GetTerminalDetails", body)).fault == "400100"


def test_a_missing_licence_is_refused_as_such(soap):
    body = envelope(HEADER, DETAILS.replace("<j:licenseKey>licence</j:licenseKey>", ""))
    assert Answered(soap.post("GetTerminalDetails", body)).fault == "400100"


def swapped(text, first, second):
    return text.replace(first + second, second + first)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (swapped(DETAILS, "<j:messageId>7f3a</j:messageId>", "<j:version>1.0</j:version>"), "messageId"),
        (swapped(DETAILS, "<j:version>1.0</j:version>", "<j:licenseKey>licence</j:licenseKey>"), "version"),
        (swapped(DETAILS, "<j:licenseKey>licence</j:licenseKey>", iccids(ACTIVE)), "licenseKey"),
        (DETAILS.replace("<j:messageId>7f3a</j:messageId>", ""), "messageId"),
        (DETAILS.replace("<j:version>1.0</j:version>", ""), "version"),
        (DETAILS.replace(iccids(ACTIVE), "<j:iccids/>"), "iccid"),
        (DETAILS.replace(iccids(ACTIVE), ""), "iccids"),
        (DETAILS.replace(iccids(ACTIVE), iccids(ACTIVE) * 2), "no more"),
        (DETAILS.replace(iccids(ACTIVE), iccids(ACTIVE) + fields(verbose=1)), "no more"),
        (DETAILS.replace("j:iccid>", "iccid>"), "iccid"),
        (DETAILS.replace("<j:iccids>", '<j:iccids verbose="1">'), "verbose"),
        (DETAILS.replace("<j:iccid>", "<j:iccid><j:b/>"), "iccid"),
    ],
)
def test_the_order_of_elements_is_fixed(soap, body, told):
    answered = Answered(soap.post("GetTerminalDetails", envelope(HEADER, body)))
    assert answered.fault == "400000"
    assert told in answered.message


@pytest.mark.parametrize(
    "body",
    [
        envelope(HEADER, DETAILS).replace(API, "http://api.example.com/ws/schema"),
        envelope(HEADER, DETAILS).replace(SOAP, "http://www.w3.org/2003/05/soap-envelope"),
        envelope(HEADER, DETAILS.replace("GetTerminalDetails", "GetTerminalRating")),
        envelope(HEADER, payload("Echo", fields(value="x"))),
        envelope(HEADER, DETAILS * 2),
        envelope(HEADER, ""),
        DETAILS.replace("<j:GetTerminalDetailsRequest", f'<j:GetTerminalDetailsRequest xmlns:j="{API}"'),
        "<a><b></a>",
        "",
        '{"iccid": "8988200000000000014"}',
    ],
)
def test_what_is_no_request_of_the_service(soap, body):
    assert Answered(soap.post("GetTerminalDetails", body)).fault == "400000"


@pytest.mark.parametrize(
    "value", [None, '""', action("EditTerminal"), action("GetTerminalDetails").strip('"'), '"GetTerminalDetails"']
)
def test_the_header_must_name_the_operation(soap, value):
    answered = Answered(soap.post("GetTerminalDetails", envelope(HEADER, DETAILS), {"SOAPAction": value}))
    assert answered.fault == "400000"
    assert action("GetTerminalDetails") in answered.message


def test_the_header_of_sms_is_in_lower_case(soap):
    body = envelope(HEADER, payload("GetModifiedSMS", ""))
    right, wrong = action("GetModifiedSMS"), action("GetModifiedSMS").replace("/sms/", "/Sms/")
    assert Answered(soap.post("GetModifiedSMS", body, {"SOAPAction": right})).fault == ""
    assert Answered(soap.post("GetModifiedSMS", body, {"SOAPAction": wrong})).fault == "400000"


@pytest.mark.parametrize("kind", ["application/soap+xml; charset=utf-8", "text/xml; charset=latin-1", None])
def test_content_types_that_are_refused(soap, kind):
    reply = soap.post("GetTerminalDetails", envelope(HEADER, DETAILS), {"Content-Type": kind})
    assert reply.status_code == 415


def test_document_types_and_entities_are_refused_at_once(soap, sandbox):
    layers = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10 if n else "lol" * 100}">' for n in range(9))
    for subset, text in (
        ("", "x"),
        ("[<!ENTITY a 'x'>]", "&a;"),
        ("[<!ENTITY a SYSTEM 'file:///etc/hostname'>]", "&a;"),
        (f"SYSTEM '{sandbox.url}/_sandbox/'", "x"),
        (f"[{layers}]", "&b8;"),
    ):
        inner = payload("Echo", f"<j:value>{text}</j:value>")
        start = time.perf_counter()
        answered = Answered(soap.post("Echo", envelope("", inner, f"<!DOCTYPE soapenv:Envelope {subset}>")))
        assert (answered.fault, answered.message) == ("400000", "A document type is not allowed.")
        assert time.perf_counter() - start < 5
    assert not any(call.path.startswith("/_sandbox") for call in sandbox.state.calls())


def test_an_entity_of_nobodys_is_no_xml(soap):
    assert Answered(soap.post("Echo", envelope("", payload("Echo", "<j:value>&a;</j:value>")))).fault == "400000"


def test_bodies_have_a_limit(soap):
    assert soap.post("Echo", envelope("", payload("Echo", fields(value="x" * 1024 * 1024)))).status_code == 413


def test_what_is_nested_too_deep_is_refused_too(soap):
    deep = "<j:a>" * 50_000 + "</j:a>" * 50_000
    assert Answered(soap.post("Echo", envelope("", payload("Echo", deep)))).fault == "400000"
    assert Answered(soap.post("Echo", envelope(deep, payload("Echo", fields(value="x"))))).fault == ""


def test_text_in_utf_8_comes_back(soap):
    assert soap.echo("Grüße, 東京 & <b>").text("value") == "Grüße, 東京 & <b>"


def test_five_calls_a_second_over_both_transports_and_all_users(soap_user, as_user, sandbox, controls):
    sandbox.state.change_settings(rate_limit=5)
    assert as_user("editor").get("/echo/x").status_code == 200
    assert soap_user("reader").call("GetTerminalDetails", iccids(ACTIVE)).fault == ""
    assert soap_user("editor").echo().fault == ""
    assert as_user("admin").get("/echo/x").status_code == 200
    assert soap_user("admin").modified().fault == ""
    assert soap_user("editor").echo().fault == "400101"
    assert as_user("editor").get("/echo/x").json()["errorCode"] == "40000029"
    assert soap_user("west").echo().fault == ""
    controls.post("advance", seconds=1)
    assert soap_user("editor").echo().fault == ""


def test_refused_callers_do_not_use_up_the_rate(soap, sandbox):
    sandbox.state.change_settings(rate_limit=1)
    wrong = envelope(security("editor", "wrong"), DETAILS)
    assert [Answered(soap.post("GetTerminalDetails", wrong)).fault for _ in range(3)] == ["400200"] * 3
    assert soap.echo().fault == ""


def test_a_new_password_ends_the_old_one(soap, controls):
    controls.post("settings", new_password={"username": "editor", "password": "brand-new"})
    assert soap.modified().fault == "400200"
    soap.password = "brand-new"
    assert soap.modified().fault == ""
    soap.password = controls.post("settings", new_password="editor").json()["new_password"]
    assert soap.modified().fault == ""


def test_a_new_licence_key_ends_the_old_one_for_the_whole_account(soap_user, controls, carrier):
    key = controls.post("settings", new_licence_key={"username": "editor"}).json()["new_licence_key"]
    for name in ("editor", "reader"):
        soap = soap_user(name)
        assert soap.echo().fault == "400100"
        soap.licence = key
        assert soap.modified().fault == ""
    assert soap_user("west").modified().fault == ""
    assert carrier.get("/echo/x").status_code == 200


def test_secrets_of_nobody_cannot_be_renewed(controls):
    for name in ("new_password", "new_licence_key"):
        assert controls.post("settings", **{name: "nobody"}).status_code == 422


def test_an_expired_api_key_does_not_concern_soap(soap, carrier, controls):
    controls.post("settings", expire_key="editor")
    assert carrier.get("/echo/x").status_code == 401
    assert soap.modified().fault == ""


def test_fault_bodies_are_xml_whatever_was_sent(soap):
    body = envelope(HEADER, DETAILS.replace("<j:iccids>", '<j:iccids a="&lt;&quot;&#9;">'))
    assert Answered(soap.post("GetTerminalDetails", body)).fault == "400000"
