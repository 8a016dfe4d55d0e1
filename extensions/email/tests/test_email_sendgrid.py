"""SendGrid's web API: what is sent, byte for byte where it matters, and what each answer means."""

import json
import socket
import threading
from dataclasses import replace

import pytest
from email_world import API_KEY as KEY
from email_world import NOW
from werkzeug import Response

from extensions.core.contract import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    ConnectFailed,
    ProviderError,
    Refused,
    Throttled,
)
from extensions.email.provider import Email
from extensions.email.sendgrid_errors import LONGEST_WAIT
from extensions.mailers.contract import Taken

EMAIL = Email()
UNVERIFIED = "The from address does not match a verified Sender Identity. Mail cannot be sent until this is resolved."


@pytest.fixture
def context(context_of, httpserver):
    return context_of(method="sendgrid_key", api_key=KEY, api_address=httpserver.url_for("").rstrip("/"))


@pytest.fixture
def answer(httpserver):
    """`answer(…)` is what every further call gets."""

    def with_(content=b"", status=202, **headers):
        body = json.dumps(content) if isinstance(content, dict) else content
        kind = "application/json" if isinstance(content, dict) else "text/plain"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        httpserver.expect_request("/v3/mail/send", method="POST").respond_with_response(
            Response(body, status, headers, content_type=kind)
        )
        httpserver.expect_request("/v3/scopes", method="GET").respond_with_response(
            Response(body, status, headers, content_type=kind)
        )

    return with_


def errors(message, field=None):
    return {"errors": [{"message": message, "field": field, "help": None}]}


def failing(work) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        work()
    assert KEY not in "\n".join([str(caught.value), caught.value.words, repr(caught.value)])
    return caught.value


def sent(httpserver):
    (request,) = [request for request, _ in httpserver.log]
    return request


# --- Sending ----------------------------------------------------------------------------------------------------------


def test_the_body_is_the_specified_one(context, mail, answer, httpserver):
    answer(X_Message_Id="14c5d75ce93")
    assert EMAIL.send(context, mail) == Taken("202 Accepted", "14c5d75ce93")
    request = sent(httpserver)
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.data) == {
        "personalizations": [
            {
                "to": [{"email": "new@example.com", "name": "New User"}],
                "custom_args": {"mail_id": "3f0c5a9e", "attempt": "1"},
            }
        ],
        "from": {"email": "admin@example.com", "name": "Site Admin"},
        "subject": "You are invited",
        "content": [
            {"type": "text/plain", "value": mail.text},
            {"type": "text/html", "value": mail.html},
        ],
        "headers": {"Auto-Submitted": "auto-generated"},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
        "categories": ["invitation"],
    }


def test_what_is_empty_is_left_out(context_of, mail, answer, httpserver):
    context = context_of(
        method="sendgrid_key", api_key=KEY, api_address=httpserver.url_for("").rstrip("/"), sender_name="  "
    )
    answer()
    EMAIL.send(context, replace(mail, recipient_name="", category="", html="", labels={}))
    body = json.loads(sent(httpserver).data)
    assert body["from"] == {"email": "admin@example.com"}
    assert body["personalizations"] == [{"to": [{"email": "new@example.com"}], "custom_args": {"mail_id": "3f0c5a9e"}}]
    assert body["content"] == [{"type": "text/plain", "value": mail.text}]
    assert "categories" not in body


def test_a_label_cannot_stand_for_our_own_id(context, mail, answer, httpserver):
    answer()
    EMAIL.send(context, replace(mail, labels={"mail_id": "another"}))
    assert json.loads(sent(httpserver).data)["personalizations"][0]["custom_args"]["mail_id"] == "3f0c5a9e"


def test_a_domain_of_other_letters_is_written_in_ascii(context, mail, answer, httpserver):
    answer()
    EMAIL.send(context, replace(mail, recipient="anna@straße.example"))
    body = json.loads(sent(httpserver).data)
    # By IDNA 2008; by IDNA 2003 it would be strasse.example, which may be somebody else's.
    assert body["personalizations"][0]["to"][0]["email"] == "anna@xn--strae-oqa.example"


@pytest.mark.parametrize("key", [f" {KEY}\r\n", f"{KEY[:40]}\n{KEY[40:]}", f"\t{KEY} "])
def test_white_space_is_stripped_from_keys(context_of, answer, httpserver, key, mail):
    answer()
    context = context_of(method="sendgrid_key", api_key=key, api_address=httpserver.url_for("").rstrip("/"))
    EMAIL.send(context, mail)
    assert sent(httpserver).headers["Authorization"] == f"Bearer {KEY}"


def test_the_id_may_be_absent(context, mail, answer):
    answer()
    assert EMAIL.send(context, mail) == Taken("202 Accepted", "")


def test_what_was_only_checked_is_not_called_sent(context, mail, answer):
    answer(status=200)
    assert type(failing(lambda: EMAIL.send(context, mail))) is Refused


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "no address"},
        {"recipient": "new@example.com\r\nBcc: all@example.com"},
        {"recipient": "a@b"},
        {"recipient": "müller@example.com"},
        {"subject": " "},
        {"subject": "Hello\r\nBcc: all@example.com"},
        {"recipient_name": "New\nUser"},
        {"text": "", "html": ""},
    ],
)
def test_a_message_that_cannot_be_taken_is_refused_before_it_is_sent(context, mail, answer, httpserver, change):
    answer()
    assert type(failing(lambda: EMAIL.send(context, replace(mail, **change)))) is Refused
    assert httpserver.log == []


@pytest.mark.parametrize("address", ["", "admin", "müller@example.com"])
def test_mail_waits_for_a_sender_that_can_be_one(context_of, mail, answer, httpserver, address):
    answer()
    context = context_of(method="sendgrid_key", api_key=KEY, sender_address=address)
    assert type(failing(lambda: EMAIL.send(context, mail))) is AuthRejected
    assert httpserver.log == []


# --- Answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "may_have_happened"),
    [
        (301, CannotConnect, False),
        (400, Refused, False),
        (401, AuthRejected, False),
        (403, AuthRejected, False),
        (404, CannotConnect, False),
        (405, BadResponse, False),
        (413, Refused, False),
        (429, Throttled, False),
        (500, BadResponse, True),
        (502, BadResponse, True),
        (503, BadResponse, True),
        (204, BadResponse, True),
    ],
)
@pytest.mark.parametrize("content", [errors("the reason", "from.email"), b"<html>no JSON</html>", b"", b"[1]", b"{"])
def test_each_answer_is_its_error(context, mail, answer, status, kind, may_have_happened, content):
    answer(content, status)
    error = failing(lambda: EMAIL.send(context, mail))
    assert (type(error), error.code, error.may_have_happened) == (kind, str(status), may_have_happened)
    assert error.words == ("the reason (from.email)" if isinstance(content, dict) and status != 204 else "")
    assert getattr(error, "later", False) is False


@pytest.mark.parametrize("field", [None, "null", ""])
def test_a_message_about_no_field_names_none(context, mail, answer, field):
    answer(errors(UNVERIFIED, field), 403)
    error = failing(lambda: EMAIL.send(context, mail))
    assert error.words == UNVERIFIED
    assert "verified" in error.sentence


def test_all_messages_are_shown_cut_and_without_the_key(context, mail, answer):
    answer({"errors": [{"message": f"bad key {KEY}"}, {"message": "x" * 1000}, {"message": 7}, "odd"]}, 401)
    error = failing(lambda: EMAIL.send(context, mail))
    assert error.words.startswith("bad key …; xxx")
    assert len(error.words) == 300


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"X_RateLimit_Reset": str(int(NOW.timestamp()) + 60)}, 60, 65),
        ({"X_RateLimit_Reset": str(int(NOW.timestamp()) - 60)}, 1, 6),
        ({"X_RateLimit_Reset": "99999999999"}, LONGEST_WAIT, LONGEST_WAIT + 5),
        ({"Retry_After": "30"}, 30, 35),
    ],
)
def test_a_rate_limit_ends_when_the_answer_says_within_reason(context, mail, answer, headers, least, most):
    answer(errors("too many requests"), 429, **headers)
    waits = {failing(lambda: EMAIL.send(context, mail)).retry_after for _ in range(8)}
    assert all(least <= wait <= most for wait in waits)
    assert len(waits) > 1, "Everybody would come back in the same moment."


@pytest.mark.parametrize("headers", [{}, {"X_RateLimit_Reset": "soon"}, {"X_RateLimit_Reset": "-5"}])
def test_a_rate_limit_without_an_end_leaves_it_to_the_lane(context, mail, answer, headers):
    answer(errors("too many requests"), 429, **headers)
    assert failing(lambda: EMAIL.send(context, mail)).retry_after is None


def test_a_redirect_is_not_followed(context, mail, httpserver):
    seen = []
    httpserver.expect_request("/elsewhere").respond_with_handler(lambda request: seen.append(request) or Response())
    headers = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/v3/mail/send").respond_with_response(Response(status=307, headers=headers))
    assert type(failing(lambda: EMAIL.send(context, mail))) is CannotConnect
    assert seen == []


def test_a_lost_answer_may_have_been_a_yes(context_of, mail):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=lambda: listener.accept()[0].recv(65536), daemon=True).start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        error = failing(lambda: EMAIL.send(context_of(method="sendgrid_key", api_key=KEY, api_address=address), mail))
    assert (type(error), error.may_have_happened) == (CannotConnect, True)


def test_nobody_there_is_told_as_such(context_of, mail, closed_port):
    context = context_of(method="sendgrid_key", api_key=KEY, api_address=f"http://127.0.0.1:{closed_port}")
    error = failing(lambda: EMAIL.send(context, mail))
    assert (type(error), error.may_have_happened) == (CannotConnect, False)


@pytest.mark.parametrize(
    "address", [" ", "https://", "not a host", "https://u:p@api.example.com", "https://a.b/x", "ftp://a"]
)
def test_an_api_address_that_is_none_is_not_called(context_of, mail, address):
    context = context_of(method="sendgrid_key", api_key=KEY, api_address=address)
    for work in (lambda: EMAIL.send(context, mail), lambda: EMAIL.check(context)):
        assert type(failing(work)) is CannotConnect


def test_the_key_is_never_sent_without_tls_to_another_machine(context_of, mail, calls):
    context = context_of(method="sendgrid_key", api_key=KEY, api_address="http://api.example.com")
    assert type(failing(lambda: EMAIL.send(context, mail))) is CannotConnect
    assert [call for call in calls if call.sent] == []


@pytest.mark.parametrize("key", ["SG.ключ", "SG.\x07"])
def test_a_key_that_cannot_be_sent_is_a_wrong_key(context_of, mail, key):
    assert type(failing(lambda: EMAIL.send(context_of(method="sendgrid_key", api_key=key), mail))) is AuthRejected


# --- Check ------------------------------------------------------------------------------------------------------------


def test_a_key_that_may_send_is_proved(context, answer, httpserver):
    answer({"scopes": ["mail.send", "alerts.read"]}, 200)
    assert "may send mail" in EMAIL.check(context).sentence
    assert sent(httpserver).headers["Authorization"] == f"Bearer {KEY}"


def test_a_key_without_mail_send_is_told_as_such(context, answer):
    answer({"scopes": ["alerts.read"]}, 200)
    error = failing(lambda: EMAIL.check(context))
    assert type(error) is AuthRejected
    assert "valid but lacks" in error.sentence


@pytest.mark.parametrize(
    ("status", "content", "kind", "said"),
    [
        (401, errors("authorization required"), AuthRejected, "does not accept this API key"),
        (403, errors("access forbidden"), AuthRejected, "forbids access"),
        (200, b"<html>", BadResponse, "not of SendGrid's API"),
        (200, {"scopes": "mail.send"}, BadResponse, "not of SendGrid's API"),
        (200, b"[]", BadResponse, "not of SendGrid's API"),
        (202, b"", BadResponse, "not of SendGrid's API"),
        (404, b"", CannotConnect, "does not serve"),
        (302, b"", CannotConnect, "does not serve"),
        (429, b"", Throttled, "no more calls"),
        (500, errors("oops"), BadResponse, "failed inside"),
    ],
)
def test_each_answer_to_a_check_is_its_error(context, answer, status, content, kind, said):
    answer(content, status)
    error = failing(lambda: EMAIL.check(context))
    assert (type(error), error.may_have_happened) == (kind, False)
    assert said in error.sentence


@pytest.mark.parametrize(
    ("region", "base"), [("global", "https://api.sendgrid.com"), ("eu", "https://api.eu.sendgrid.com")]
)
def test_the_region_decides_where_calls_go(context_of, monkeypatch, region, base):
    asked = []

    def request(method, url, **content):
        asked.append(url)
        raise ConnectFailed("Nobody there.")

    context = context_of(method="sendgrid_key", api_key=KEY, region=region)
    monkeypatch.setattr(context.http, "request", request)
    assert type(failing(lambda: EMAIL.check(context))) is CannotConnect
    assert asked == [f"{base}/v3/scopes"]


@pytest.mark.parametrize("method", ["", None, "carrier pigeon", 7])
def test_no_method_is_told_as_such(context_of, mail, method):
    context = context_of(method=method)
    for work in (lambda: EMAIL.send(context, mail), lambda: EMAIL.check(context)):
        assert type(failing(work)) is CannotConnect
