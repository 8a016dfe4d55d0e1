import pytest
from soap_spec import (
    ICCID,
    SMS,
    TERMINAL,
    TERMINAL_XML,
    TOKENS,
    fault_xml,
    in_body,
    reply_xml,
    serve,
    terminals_xml,
)

from extensions.controlcenter import soap_sims, soap_sms
from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    NoData,
    NotFound,
    PermissionDenied,
    ProviderError,
    Refused,
    Throttled,
)

# Code, what it is, and whether a write that ends so may have happened.
CODES = [
    ("400100", AuthRejected, False),
    ("400200", AuthRejected, False),
    ("400201", PermissionDenied, False),
    ("400101", Throttled, False),
    ("100100", NotFound, False),
    ("100101", NotFound, False),
    ("400500", NotFound, False),
    ("100200", Refused, False),
    ("100300", Refused, False),
    ("100520", Refused, False),
    ("200100", NoData, False),
    ("200200", NoData, False),
    ("10001", Refused, False),
    ("400400", Refused, False),
    ("500200", Refused, False),
    ("500300", NotFound, False),
    ("500400", Refused, False),
    ("500500", Refused, False),
    ("500600", Refused, False),
    ("500700", Refused, False),
    ("500800", Refused, False),
    ("900100", NoData, False),
    ("100000", BadResponse, True),
    ("400000", BadResponse, True),
    ("400300", BadResponse, True),
    ("999999", BadResponse, True),
]
HTML_502 = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def error_of_read(context) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        soap_sims.record(context, ICCID)
    return caught.value


def error_of_write(context) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        soap_sims.set_plan(context, ICCID, "EU 5MB")
    return caught.value


@pytest.mark.parametrize("status", [500, 200, 400])
@pytest.mark.parametrize(("code", "kind", "open_ended"), CODES)
def test_the_numeric_faultstring_decides_and_not_the_status(httpserver, soap_context, code, kind, open_ended, status):
    serve(httpserver, TERMINAL, fault_xml(code), status=status)

    read, write = error_of_read(soap_context), error_of_write(soap_context)

    assert type(read) is type(write) is kind
    assert (read.code, read.words) == (code, "In its words.")
    assert read.sentence.endswith(".")
    assert (read.may_have_happened, write.may_have_happened) == (False, open_ended)
    assert len(httpserver.log) == 2


@pytest.mark.parametrize("code", ["100200", "100300"])
@pytest.mark.parametrize("token", TOKENS)
def test_a_validation_token_is_kept_as_the_providers_words(httpserver, soap_context, code, token):
    serve(httpserver, TERMINAL, fault_xml(code, token), status=500)

    error = error_of_write(soap_context)

    assert (error.code, error.words) == (code, token)
    assert isinstance(error, BadResponse if token == "SYSTEM_ERROR" else Refused)
    assert error.may_have_happened is (token == "SYSTEM_ERROR")


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("SIMSTATUS_INVALID_TRANSITION", "from its present state"),
        ("SIMSTATUS_TRANSITION_UNAUTHORIZED", "role"),
        ("SIMSTATUS_SUSPENDED", "suspended"),
        ("SIMSTATUS_INVALID", "state"),
        ("RATEPLAN_INVALID", "rate plan"),
    ],
)
def test_known_tokens_have_a_sentence(httpserver, soap_context, token, words):
    serve(httpserver, TERMINAL, fault_xml("100300", f"Validation failed: {token}."), status=500)

    assert words in error_of_write(soap_context).sentence


def test_a_token_decides_about_a_code_that_is_not_listed_and_not_about_another(httpserver, soap_context):
    serve(httpserver, TERMINAL, fault_xml("100777", "SIMSTATUS_SUSPENDED"), status=500)
    assert type(error_of_write(soap_context)) is Refused
    httpserver.clear()

    serve(httpserver, TERMINAL, fault_xml("400201", "SIMSTATUS_SUSPENDED"), status=500)
    assert type(error_of_write(soap_context)) is PermissionDenied


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({"error": "No.", "message": "Never."}, "No.: Never."),
        ({"error": "No.", "message": "No.", "exception": "com.example.ApiException"}, "No."),
        ({"error": "", "exception": "com.example.ApiException"}, "com.example.ApiException"),
        ({"error": "No.", "exception": "RATEPLAN_INVALID"}, "RATEPLAN_INVALID: No."),
        ({"error": ""}, ""),
        ({"error": "no " * 5000}, ("no " * 5000)[:300]),
    ],
)
def test_the_words_are_those_of_the_detail(httpserver, soap_context, detail, words):
    serve(httpserver, TERMINAL, fault_xml("100300", **detail), status=500)

    assert error_of_write(soap_context).words == words


def test_the_detail_is_matched_by_namespace_at_any_depth(httpserver, soap_context):
    content = in_body("""<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring> 100300
</faultstring><detail><q:x xmlns:q="urn:q"><q:error>theirs</q:error>
<error xmlns="http://api.jasperwireless.com/ws/schema">ours</error></q:x></detail></SOAP-ENV:Fault>""")
    serve(httpserver, TERMINAL, content, status=500)

    error = error_of_write(soap_context)

    assert (error.code, error.words) == ("100300", "ours")


@pytest.mark.parametrize("said", ["Internal Error", "", "१२३"])
def test_a_fault_without_a_code_is_unusable_and_leaves_a_write_open(httpserver, soap_context, said):
    serve(httpserver, TERMINAL, fault_xml(said, error=""), status=500)

    read, write = error_of_read(soap_context), error_of_write(soap_context)

    assert type(read) is type(write) is BadResponse
    assert (read.code, read.words) == ("", said)
    assert write.may_have_happened


@pytest.mark.parametrize(("header", "seconds"), [("30", 30), ("Wed, 15 Mar 2017 10:01:30 GMT", 90), ("", None)])
def test_throttling_says_how_long_if_the_provider_did(httpserver, soap_context, header, seconds):
    headers = {"Retry-After": header} if header else {}
    expected = httpserver.expect_request(TERMINAL, method="POST")
    expected.respond_with_data(fault_xml("400101"), status=500, content_type="text/xml", headers=headers)

    assert error_of_read(soap_context).retry_after == seconds


def test_a_fault_in_another_prefix_is_a_fault(httpserver, soap_context):
    content = fault_xml("100100").replace("SOAP-ENV:", "s:").replace("xmlns:SOAP-ENV", "xmlns:s")
    serve(httpserver, TERMINAL, content, status=500)

    assert type(error_of_read(soap_context)) is NotFound


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (404, "", CannotConnect),
        (405, "", CannotConnect),
        (302, "", CannotConnect),
        (200, "<html>Sign in</html>", CannotConnect),
        (200, "", BadResponse),
        (200, "{}", BadResponse),
        (200, "<a/>", BadResponse),
        (200, in_body(""), BadResponse),
        (200, in_body("<GetTerminalDetailsResponse/>"), BadResponse),
        (200, in_body('<GetTerminalDetailsResponse xmlns="urn:other"/>'), BadResponse),
        (200, reply_xml("GetTerminalUsage"), BadResponse),
        (200, reply_xml("GetTerminalDetails")[:-1], BadResponse),
        (200, "<!DOCTYPE a>" + reply_xml("GetTerminalDetails").partition("?>")[2], BadResponse),
        (200, reply_xml("GetTerminalDetails").replace("soap/envelope/", "soap/other/"), BadResponse),
        (500, reply_xml("GetTerminalDetails"), BadResponse),
        (401, "<html>401</html>", BadResponse),
        (403, "<html>Forbidden</html>", BadResponse),
        (429, "<html>Slow down</html>", Throttled),
        (500, "", BadResponse),
        (502, HTML_502, BadResponse),
    ],
)
def test_answers_that_are_not_of_the_api(httpserver, soap_context, status, content, kind):
    serve(httpserver, TERMINAL, content, status=status)

    assert type(error_of_read(soap_context)) is kind


def test_an_answer_is_read_whatever_its_content_type(httpserver, soap_context):
    content = reply_xml("GetTerminalDetails", terminals_xml(TERMINAL_XML))
    httpserver.expect_request(TERMINAL).respond_with_data(content, content_type="text/html")

    assert soap_sims.record(soap_context, ICCID).state == "Activated"


# What became of a write


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (502, HTML_502),
        (504, ""),
        (500, ""),
        (200, "<html>"),
        (200, ""),
        (202, ""),
        (200, reply_xml("EditTerminal")),
        (200, reply_xml("EditTerminal")[:-20]),
        (200, reply_xml("EditTerminal", "<ns2:iccid>8988200000000000022</ns2:iccid>")),
        (500, reply_xml("EditTerminal", f"<ns2:iccid>{ICCID}</ns2:iccid>")),
    ],
)
def test_a_write_without_a_readable_answer_may_have_happened(httpserver, soap_context, status, content):
    serve(httpserver, TERMINAL, content, status=status)

    assert error_of_write(soap_context).may_have_happened
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(("status", "content"), [(404, "<html>"), (405, ""), (403, "<html>"), (302, ""), (429, "")])
def test_a_write_that_another_host_refused_did_not_happen(httpserver, soap_context, status, content):
    serve(httpserver, TERMINAL, content, status=status)

    assert not error_of_write(soap_context).may_have_happened
    assert len(httpserver.log) == 1


def test_a_lost_answer_to_a_write_leaves_open_what_happened(hang_up, hang_up_context):
    error = error_of_write(hang_up_context)

    assert isinstance(error, CannotConnect)
    assert error.may_have_happened
    assert "may have been done" in error.sentence
    assert len(hang_up.requests) == 1


def test_a_lost_answer_to_a_message_is_not_repeated_either(hang_up, hang_up_context):
    with pytest.raises(CannotConnect) as caught:
        soap_sms.send(hang_up_context, ICCID, "reboot")

    assert caught.value.may_have_happened
    [request] = hang_up.requests
    assert request.startswith(f"POST {SMS} ".encode())


def test_a_lost_answer_to_a_read_changes_nothing(hang_up_context):
    error = error_of_read(hang_up_context)

    assert isinstance(error, CannotConnect)
    assert not error.may_have_happened


def test_a_write_that_reached_nobody_did_not_happen(nobody_context):
    error = error_of_write(nobody_context)

    assert isinstance(error, CannotConnect)
    assert not error.may_have_happened


def test_an_endless_answer_to_a_write_leaves_open_what_happened(httpserver, soap_context):
    serve(httpserver, TERMINAL, " " * (5 * 1024 * 1024))

    error = error_of_write(soap_context)

    assert isinstance(error, BadResponse)
    assert error.may_have_happened
