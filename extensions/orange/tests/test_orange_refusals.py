"""What Orange says when it says no, and hosts that are not Orange."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from orange_spec import SERIAL, answer, entry, fault, found, listed
from werkzeug import Response

from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    Context,
    PermissionDenied,
    ProviderError,
    QuotaSpent,
    Refused,
    Throttled,
)
from extensions.orange.provider import Orange

CARRIER = Orange()
PARIS = ZoneInfo("Europe/Paris")
PAGE = "<!doctype html><title>Sign in</title>"


def error_of(context: Context) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        CARRIER.record(context, SERIAL)
    assert not caught.value.may_have_happened
    return caught.value


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("REQ.AUTHENTICATION_FAILURE", AuthRejected),
        ("REQ.AUTORISATION_FAILURE", PermissionDenied),
        ("MLM_UNKNOWN_USER", PermissionDenied),
        ("MLM_SOAP_HEADER_ERROR", PermissionDenied),
        ("REQ.REJECTED_BY_SLM_MONITOR", Throttled),
        ("MLM_QUOTA_EXCEEDED", QuotaSpent),
        ("MLM_TOO_MANY_LINE_IDS", Refused),
        ("INVALID_RANGE_SIZE", Refused),
        ("INVALID_RANGE_START", Refused),
        ("REQ.SCHEMA_VALIDATION_ERROR", Refused),
        ("CANNOT_CONNECT_TO_DATABASE", BadResponse),
        ("MLM_DEFAULT_ERROR_CODE", BadResponse),
        ("REQ.SERVICE_NOT_FOUND", BadResponse),
        ("IOSW.UNKNOWN_ERROR", BadResponse),
        ("SOMETHING_NEW", BadResponse),
    ],
)
def test_a_fault_is_decided_by_its_code_whatever_its_language(context, orange, code, error):
    orange.says(answer(fault(code, "Accès refusé à l'utilisateur"), 500))
    told = error_of(context)
    assert type(told) is error
    assert (told.code, told.words) == (code, "Accès refusé à l'utilisateur")


@pytest.mark.parametrize(
    "said",
    [
        {"detail": "<x/>", "faultstring": "REQ.REJECTED_BY_SLM_MONITOR"},
        {"detail": "<x/>", "faultcode": "soap:REQ.REJECTED_BY_SLM_MONITOR"},
        {"detail": "<x>REQ.REJECTED_BY_SLM_MONITOR: trop d'appels</x>"},
    ],
)
def test_a_code_is_found_wherever_the_gateway_puts_it(context, orange, said):
    orange.says(answer(fault(**said), 500))
    assert type(error_of(context)) is Throttled


@pytest.mark.parametrize(
    ("detail", "error"),
    [
        ("<t:TooManyLineIdentifiersError {}><t:maxAllowedLineIdentifiersNumber>100"
         "</t:maxAllowedLineIdentifiersNumber></t:TooManyLineIdentifiersError>", Refused),
        ("<t:InvalidParameterError {}/>", Refused),
        ("<t:UnknownTicketError {}/>", BadResponse),
    ],
)  # fmt: skip
def test_a_typed_fault_without_a_code(context, orange, detail, error):
    xmlns = 'xmlns:t="http://exception.malima.francetelecom.com"'
    orange.says(answer(fault(detail=detail.format(xmlns)), 500))
    assert type(error_of(context)) is error


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2017-03-15T10:00+00:00", "2017-04-01"),
        ("2017-03-31T21:59+00:00", "2017-04-01"),
        ("2017-04-01T22:00+00:00", "2017-05-01"),
        ("2017-12-31T22:59+00:00", "2018-01-01"),
        # Said as a month begins, it may be about the one before: by another clock, or in another zone.
        ("2017-03-31T22:00+00:00", "2017-04-02"),
        ("2017-04-01T21:59+00:00", "2017-04-02"),
        ("2017-12-31T23:00+00:00", "2018-01-02"),
    ],
)
def test_a_spent_quota_comes_back_when_the_next_month_begins_in_paris(reach, orange, now, until):
    orange.says(answer(fault("MLM_QUOTA_EXCEEDED", "Quota mensuel dépassé"), 500))
    context = reach()
    at = Context(settings=context.settings, http=context.http, now=lambda: datetime.fromisoformat(now))
    told = error_of(at)
    assert told.until == datetime.fromisoformat(until).replace(tzinfo=PARIS)
    assert f"until {told.until.day} {told.until:%B %Y}, when" in told.sentence


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (
            fault("REQ.SCHEMA_VALIDATION_ERROR", "puk1 47110815 of 9900000000010"),
            "REQ.SCHEMA_VALIDATION_ERROR",
            "puk1 …",
        ),
        (fault("NEW", "<![CDATA[<puk1>47110815</puk1>]]>"), "NEW", "<puk1>…"),
        (fault(faultstring="47110815", detail="<x/>"), "", "…"),
        (fault("47110815", "x"), "…", "x"),
    ],
)
def test_a_refusal_that_quotes_an_unlock_code_is_told_without_it(context, orange, caplog, said, code, words):
    caplog.set_level("DEBUG")
    orange.says(answer(said, 500))
    told = error_of(context)
    assert (told.code, told.words[: len(words)]) == (code, words)
    assert "47110815" not in f"{told!r} {vars(told)} {caplog.text}"


def test_throttling_waits_for_as_long_as_it_says(context, orange):
    orange.says(answer(fault("REQ.REJECTED_BY_SLM_MONITOR"), 500, {"Retry-After": "7"}))
    assert error_of(context).retry_after == 7
    orange.says(answer(fault("REQ.REJECTED_BY_SLM_MONITOR"), 500))
    assert error_of(context).retry_after is None


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Response("", 401, {"WWW-Authenticate": 'Basic realm="MLM"'}), AuthRejected, "401 UNAUTHORIZED"),
        (Response(PAGE, 401, content_type="text/html"), AuthRejected, "401 UNAUTHORIZED"),
        (answer(fault("REQ.AUTHENTICATION_FAILURE", "Mot de passe erroné"), 401), AuthRejected, "Mot de passe erroné"),
        (Response("", 403), PermissionDenied, "403 FORBIDDEN"),
        (Response("", 429, {"Retry-After": "3"}), Throttled, "429 TOO MANY REQUESTS"),
        (Response(PAGE, 404, content_type="text/html"), CannotConnect, "404 NOT FOUND"),
        (Response("", 302, {"Location": "https://example.com/"}), CannotConnect, "302 FOUND"),
        (Response(PAGE, 200, content_type="text/html"), CannotConnect, "200 OK"),
        (Response(PAGE, 502, content_type="text/html"), BadResponse, "502 BAD GATEWAY"),
        (Response(found(entry())[:400], 200, content_type="text/xml"), BadResponse, "200 OK"),
        (Response(listed(total=0), 200, content_type="text/xml"), BadResponse, "200 OK"),
        (Response("", 200), BadResponse, "200 OK"),
    ],
)
def test_an_answer_that_is_no_soap_of_orange(context, orange, reply, error, words):
    orange.says(reply)
    told = error_of(context)
    assert (type(told), told.words) == (error, words)


def test_the_right_answer_under_a_wrong_type_is_read(context, orange):
    orange.says(Response(found(entry()), 200, content_type="text/html"))
    assert CARRIER.record(context, SERIAL).state == "Activated"


def test_nobody_there(reach):
    assert type(error_of(reach(base_url="http://127.0.0.1:1"))) is CannotConnect


@pytest.mark.parametrize("typed", ["not a host", "https://", "ftp://orange.example"])
def test_an_address_that_is_none(reach, typed):
    assert type(error_of(reach(base_url=typed))) is CannotConnect


def test_a_password_that_is_repeated_is_not_told(context, orange):
    orange.says(answer(fault("MLM_UNKNOWN_USER", "fleet-reader pass/word"), 500))
    assert "pass/word" not in error_of(context).words


# --- Check -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "words"), [(1, "1 SIM."), (250, "250 SIMs."), (0, "0 SIMs."), (None, "accepted by localhost")]
)
def test_the_check_reads_one_sim_and_says_how_many_there_are(context, orange, total, words):
    orange.says(listed(entry(), total=total))
    proof = CARRIER.check(context)
    assert words in proof.sentence
    assert "fleet-reader is accepted" in proof.sentence
    [asked] = orange.asked
    assert [each.text for each in asked if each.tag.endswith("rangeSize")] == ["1"]
