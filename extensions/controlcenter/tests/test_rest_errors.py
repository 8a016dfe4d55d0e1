import base64
import json

import pytest
from rest_spec import ACCESS_KEY, CTD_USAGES, DETAILS_JSON, DEVICE, HTML_404, HTML_502, ICCID, SMS_OF_DEVICE, error_json

from extensions.controlcenter.provider import ControlCenter
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

CODES = [
    ("10000001", 401, AuthRejected),
    ("10000002", 400, Refused),
    ("10000003", 400, Refused),
    ("10000004", 400, Refused),
    ("10000005", 400, Refused),
    ("10000006", 400, Refused),
    ("10000007", 400, Refused),
    ("10000008", 400, PermissionDenied),
    ("10000009", 400, PermissionDenied),
    ("10000010", 400, PermissionDenied),
    ("10000011", 400, Refused),
    ("10000012", 400, Refused),
    ("10000013", 400, Refused),
    ("10000014", 400, Refused),
    ("10000015", 400, Refused),
    ("10000016", 400, Refused),
    ("10000017", 400, Refused),
    ("10000020", 400, Refused),
    ("10000021", 400, NotFound),
    ("10000022", 400, Refused),
    ("10000028", 400, Refused),
    ("10000029", 400, Refused),
    ("10000030", 400, PermissionDenied),
    ("10000031", 400, NoData),
    ("10000032", 400, NoData),
    ("10000049", 400, Refused),
    ("10000062", 400, PermissionDenied),
    ("10000079", 400, PermissionDenied),
    ("10000080", 400, PermissionDenied),
    ("10000602", 400, NoData),
    ("20000001", 404, NotFound),
    ("20000002", 404, NotFound),
    ("20000003", 404, NotFound),
    ("30000001", 500, BadResponse),
    ("30000002", 500, BadResponse),
    ("40000029", 429, Throttled),
    ("40000029", 400, Throttled),
    ("40000029", 503, Throttled),
    ("40000029", 200, Throttled),
    ("20000001", 400, NotFound),
    ("10000001", 403, AuthRejected),
    ("99999999", 400, Refused),
    ("99999999", 404, Refused),
    ("99999999", 401, AuthRejected),
    ("99999999", 429, Throttled),
    ("99999999", 500, BadResponse),
]


def error_of_read(context) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ControlCenter().record(context, ICCID)
    return caught.value


def error_of_write(context) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ControlCenter().set_plan(context, ICCID, "EU 5MB")
    return caught.value


@pytest.mark.parametrize(("code", "status", "kind"), CODES)
def test_the_code_decides_and_not_the_status(httpserver, context, code, status, kind):
    httpserver.expect_request(DEVICE).respond_with_json(error_json(code, "In its words."), status=status)

    error = error_of_read(context)

    assert type(error) is kind
    assert (error.code, error.words) == (code, "In its words.")
    assert error.sentence.endswith(".")


def test_a_code_that_comes_as_a_number_counts_the_same(httpserver, context):
    body = {"errorMessage": None, "errorCode": 20000001}
    httpserver.expect_request(DEVICE).respond_with_json(body, status=404)

    error = error_of_read(context)

    assert isinstance(error, NotFound)
    assert (error.code, error.words) == ("20000001", "")


@pytest.mark.parametrize("body", ['{"errorMessage": "Unauthorized"}', '{"errorMessage": "x", "errorCode": null}', "{}"])
def test_a_401_without_a_code_is_still_bad_credentials(httpserver, context, body):
    httpserver.expect_request(DEVICE).respond_with_data(body, status=401, content_type="application/json")

    assert isinstance(error_of_read(context), AuthRejected)


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (404, HTML_404, CannotConnect),
        (404, "", CannotConnect),
        (404, '{"message": "no Route matched with those values"}', CannotConnect),
        (302, "", CannotConnect),
        (200, "<html>Sign in</html>", BadResponse),
        (200, "", BadResponse),
        (200, '["a list"]', BadResponse),
        (200, '{"iccid": "89', BadResponse),
        (200, '{"ctdDataUsage": NaN}', BadResponse),
        (200, "[" * 100_000, BadResponse),
        (200, b'{"status": "\xff\xfe"}', BadResponse),
        (204, "", BadResponse),
        (401, "<html>401</html>", BadResponse),
        (403, "<html>Forbidden</html>", BadResponse),
        (400, "{}", BadResponse),
        (429, "<html>Slow down</html>", Throttled),
        (500, "{}", BadResponse),
        (502, HTML_502, BadResponse),
    ],
)
def test_answers_that_are_not_of_the_api(httpserver, context, status, content, kind):
    httpserver.expect_request(DEVICE).respond_with_data(content, status=status, content_type="text/html")

    assert type(error_of_read(context)) is kind


def test_json_is_read_whatever_its_content_type(httpserver, context):
    httpserver.expect_request(DEVICE).respond_with_data(
        b"\xef\xbb\xbf" + DETAILS_JSON.encode(), content_type="text/html"
    )
    httpserver.expect_request(CTD_USAGES).respond_with_json({})

    assert ControlCenter().record(context, ICCID).state == "Activated"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        ("Wed, 15 Mar 2017 10:01:30 GMT", 90),
        ("Wed, 15 Mar 2017 09:00:00 GMT", 0),
        ("soon", None),
        ("", None),
    ],
)
def test_throttling_says_how_long_if_the_provider_did(httpserver, context, header, seconds):
    headers = {"Retry-After": header} if header else {}
    body = json.dumps(error_json("40000029"))
    httpserver.expect_request(DEVICE).respond_with_data(body, status=429, headers=headers)

    assert error_of_read(context).retry_after == seconds


def test_our_secrets_do_not_come_back_in_the_words(httpserver, rest_context):
    basic = base64.b64encode(f"fleet-reader:{ACCESS_KEY}".encode()).decode()
    words = f"Key {ACCESS_KEY} of Basic {basic} or hunter22 is wrong"
    httpserver.expect_request(DEVICE).respond_with_json(error_json("10000001", words), status=401)

    error = error_of_read(rest_context(password="hunter22"))

    shown = f"{error} {error.args} {error.words}"
    assert error.words == "Key … of Basic … or … is wrong"
    assert ACCESS_KEY not in shown
    assert "hunter22" not in shown


def test_endless_words_are_cut(httpserver, context):
    httpserver.expect_request(DEVICE).respond_with_json(error_json("10000029", "no " * 5000), status=400)

    assert len(error_of_read(context).words) <= 300


@pytest.mark.parametrize("subject", ["..", "8988/ctdUsages", "", "8988?x=1", "8988%2F", "89\n"])
def test_what_cannot_be_an_identifier_is_not_put_into_an_address(httpserver, context, subject):
    with pytest.raises(NotFound):
        ControlCenter().record(context, subject)
    assert httpserver.log == []


# What became of a write


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (502, HTML_502),
        (504, ""),
        (500, "{}"),
        (500, json.dumps(error_json("30000001"))),
        (200, "<html>"),
        (202, ""),
        (200, "[]"),
    ],
)
def test_a_write_without_a_readable_answer_may_have_happened(httpserver, context, status, content):
    httpserver.expect_request(DEVICE, method="PUT").respond_with_data(content, status=status)

    assert error_of_write(context).may_have_happened
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (400, json.dumps(error_json("10000029"))),
        (401, json.dumps(error_json("10000001"))),
        (429, json.dumps(error_json("40000029"))),
        (503, json.dumps(error_json("40000029"))),
        (500, json.dumps(error_json("30000002"))),
        (404, HTML_404),
        (403, "<html>"),
        (302, ""),
        (429, "<html>"),
    ],
)
def test_a_write_that_was_refused_did_not_happen_and_is_not_repeated(httpserver, context, status, content):
    httpserver.expect_request(DEVICE, method="PUT").respond_with_data(content, status=status)

    assert not error_of_write(context).may_have_happened
    assert len(httpserver.log) == 1


def test_a_lost_answer_to_a_write_leaves_open_what_happened(hang_up, hang_up_context):
    error = error_of_write(hang_up_context)

    assert isinstance(error, CannotConnect)
    assert error.may_have_happened
    assert "may have been done" in error.sentence
    assert len(hang_up.requests) == 1


def test_a_lost_answer_to_a_message_is_not_repeated_either(hang_up, hang_up_context):
    with pytest.raises(CannotConnect) as caught:
        ControlCenter().send_sms(hang_up_context, ICCID, "reboot")

    assert caught.value.may_have_happened
    [request] = hang_up.requests
    assert request.startswith(f"POST {SMS_OF_DEVICE} ".encode())


def test_a_lost_answer_to_a_read_changes_nothing(hang_up_context):
    error = error_of_read(hang_up_context)

    assert isinstance(error, CannotConnect)
    assert not error.may_have_happened


def test_a_write_that_reached_nobody_did_not_happen(nobody_context):
    error = error_of_write(nobody_context)

    assert isinstance(error, CannotConnect)
    assert not error.may_have_happened


def test_a_write_to_a_refused_address_did_not_happen(rest_context):
    error = error_of_write(rest_context(domain_id="https://10.0.0.1"))

    assert isinstance(error, CannotConnect)
    assert not error.may_have_happened


def test_a_server_without_tls_took_no_write(httpserver, rest_context):
    error = error_of_write(rest_context(domain_id=f"https://localhost:{httpserver.port}"))

    assert isinstance(error, CannotConnect)
    assert not error.may_have_happened


def test_an_endless_answer_to_a_write_leaves_open_what_happened(httpserver, context):
    httpserver.expect_request(DEVICE, method="PUT").respond_with_data(b" " * (5 * 1024 * 1024))

    error = error_of_write(context)

    assert isinstance(error, BadResponse)
    assert error.may_have_happened
