import io
import json
import logging
import logging.config

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from iotdash.lib.logging import RequestIdMiddleware, log_context, logging_config, redact

SECRET = "hunter2hunter2"


@pytest.fixture
def lines(request):
    """The logger and what it wrote, set up as in production but on a logger of its own."""

    def make(as_json):
        config = logging_config(json=as_json, level="INFO")
        out = io.StringIO()
        config["handlers"]["console"]["stream"] = out
        config["loggers"] = {
            "lib_test": {"handlers": ["console"], "level": "INFO", "propagate": False},
        }
        del config["root"]
        logging.config.dictConfig(config)
        return logging.getLogger("lib_test"), out

    return make


def test_a_json_line_has_message_level_time_and_fields(lines):
    log, out = lines(True)
    with log_context(organization="abc123", request_id="r1"):
        log.warning("Call %s", "failed", extra={"status": 503, "seconds": 1.5})
    line = json.loads(out.getvalue())
    assert line.pop("timestamp")
    assert line == {
        "level": "WARNING",
        "name": "lib_test",
        "message": "Call failed",
        "status": 503,
        "seconds": 1.5,
        "organization": "abc123",
        "request_id": "r1",
    }


def test_a_plain_line_ends_with_its_fields(lines):
    log, out = lines(False)
    log.info("Ready", extra={"count": 3})
    assert out.getvalue().endswith(" INFO lib_test Ready count=3\n")


@pytest.mark.parametrize("as_json", [True, False])
def test_fields_that_are_not_listed_are_dropped(lines, as_json):
    log, out = lines(as_json)
    with log_context(body=SECRET):
        log.info("Sent", extra={"settings": {"key": SECRET}, "password": SECRET, "request": SECRET})
    assert SECRET not in out.getvalue()
    assert "Sent" in out.getvalue()


@pytest.mark.parametrize("as_json", [True, False])
def test_credentials_in_messages_and_tracebacks_are_blanked(lines, as_json):
    log, out = lines(as_json)
    try:
        raise ValueError(f"cannot read password={SECRET}")
    except ValueError:
        log.exception("Authorization: Basic %s", SECRET)
    assert SECRET not in out.getvalue()
    assert "ValueError" in out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Basic {SECRET}==",
        f"authorization: bearer {SECRET}",
        f"password={SECRET}",
        f'{{"password": "{SECRET} with spaces", "a": 1}}',
        f"{{'api_key': '{SECRET}'}}",
        f"https://carrier.example/sims?licenseKey={SECRET}&x=1",
        f"smtp://ann:{SECRET}@mail.example:25",
        f"access-key: {SECRET}",
        f"X-Auth-Token: {SECRET}",
        f"client_secret={SECRET}",
        f"Cookie: sessionid={SECRET}",
    ],
)
def test_credentials_are_blanked(text):
    assert SECRET not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize("text", ["Basic data", "the key of the door", "tokens: see guide", "GET /a?b=c 200"])
def test_ordinary_words_stay(text):
    assert redact(text) == text


@given(st.text())
def test_any_text_can_be_redacted(text):
    assert isinstance(redact(text), str)


def test_context_nests_and_ends(lines):
    log, out = lines(True)
    with log_context(organization="a"):
        with log_context(job_id=1):
            log.info("inner")
        log.info("outer")
    log.info("outside")
    inner, outer, outside = map(json.loads, out.getvalue().splitlines())
    assert (inner["organization"], inner["job_id"]) == ("a", 1)
    assert (outer["organization"], "job_id" in outer) == ("a", False)
    assert "organization" not in outside


def test_each_request_has_an_id_on_its_answer_and_its_lines(lines):
    log, out = lines(True)

    def view(request):
        log.info("seen")
        return HttpResponse(request.id)

    answer = RequestIdMiddleware(view)(RequestFactory().get("/"))
    assert answer["X-Request-ID"] == answer.content.decode() == json.loads(out.getvalue())["request_id"]


@pytest.mark.parametrize("dressed", ["Not Found: /invitations/{}/", '"GET /invitations/{}/?x=1 HTTP/1.1" 404', "{}."])
def test_what_django_signs_for_a_link_is_blanked(dressed):
    from django.core.signing import Signer, TimestampSigner

    for token in (Signer().sign_object({"i": SECRET}), TimestampSigner().sign_object([1])):
        for spelled in (token, token.replace(":", "%3A")):
            assert redact(dressed.format(spelled)) == dressed.format("***")


def test_the_key_of_a_password_reset_is_blanked():
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    from iotdash.accounts.models import User

    key = PasswordResetTokenGenerator().make_token(User(pk=1, email="a@example.com"))
    assert key not in redact(f"Internal Server Error: /accounts/password/reset/key/1-{key}/")


def test_ordinary_numbers_and_ids_stay_readable():
    text = "2026-11-23 02:48:05 device 3f0c9d2e-0000-4000-8000-000000000000 a1b2c3:d4e5 fe80::1"
    assert redact(text) == text
