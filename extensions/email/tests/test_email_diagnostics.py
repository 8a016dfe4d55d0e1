"""What diagnostics keep of SendGrid's wire: enough to find a fault, and nobody's mail."""

import json
from datetime import UTC, datetime

import pytest
from email_world import API_KEY
from werkzeug import Response

from extensions.core.contract import Context, ProviderError
from extensions.core.redaction import Redactor
from extensions.email.manifest import MANIFEST
from iotdash.lib.outbound import AddressPolicy, GuardedSession

REFUSED = {
    "errors": [
        {
            "message": "The from address admin@example.com does not match a verified Sender Identity.",
            "field": "from",
            "help": "http://sendgrid.com/docs/errors.html#from",
        }
    ]
}


@pytest.fixture
def told():
    """What was kept of each call, as one text."""
    return []


@pytest.fixture
def context(httpserver, told):
    redactor = Redactor(MANIFEST.wire, "abc123", [API_KEY])

    def witness(call, request, response):
        sides = [(request.headers, request.body), (response.headers, response.content)]
        kept = [redactor.headers(headers) for headers, _ in sides]
        bodies = [redactor.body(body, headers.get("Content-Type", "")).text for headers, body in sides]
        told.append("\n".join([redactor.url(request.url), str(kept), *bodies]))

    session = GuardedSession(AddressPolicy(allow_loopback=True), witness=witness)
    settings = {"method": "sendgrid_key", "api_key": API_KEY, "api_address": httpserver.url_for("").rstrip("/")}
    settings |= {"sender_name": "Site Admin", "sender_address": "admin@example.com"}
    return Context(settings, session, lambda: datetime(2026, 11, 23, tzinfo=UTC))


def test_nobodys_mail_is_kept(context, told, mail, httpserver):
    httpserver.expect_request("/v3/mail/send").respond_with_response(Response(status=202))
    MANIFEST.provider.send(context, mail)
    (text,) = told
    personal = (API_KEY, "admin@example.com", "Site Admin", "new@example.com", "New User", "You are invited")
    assert [word for word in (*personal, "iotdash.example", "3f0c5a9e", "attempt") if word in text] == []


def test_the_structure_the_switches_and_the_reason_are_kept(context, told, mail, httpserver):
    answer = Response(json.dumps(REFUSED), 403, {"X-RateLimit-Remaining": "599"}, content_type="application/json")
    httpserver.expect_request("/v3/mail/send").respond_with_response(answer)
    with pytest.raises(ProviderError):
        MANIFEST.provider.send(context, mail)
    (text,) = told
    kept = ('"click_tracking": {"enable": false, "enable_text": false}', '"type": "text/plain"', '"categories"')
    found = ("/v3/mail/send", "does not match a verified Sender Identity", '"field": "from"', "599", *kept)
    compact = text.replace(" ", "")
    assert [word for word in found if word.replace(" ", "") not in compact] == []


def test_a_check_shows_what_the_key_may_do(context, told, httpserver):
    httpserver.expect_request("/v3/scopes").respond_with_json({"scopes": ["mail.send", "alerts.read"]})
    MANIFEST.provider.check(context)
    assert "alerts.read" in told[0]
    assert API_KEY not in told[0]
