"""Other people's clients, none of them ours, and SendGrid's own description of its API."""

import json
import os
from pathlib import Path

import pytest
import requests
import sendgrid as sendgrid_sdk
from django.core.mail import EmailMultiAlternatives, get_connection
from jsonschema import Draft202012Validator, FormatChecker
from python_http_client.exceptions import ForbiddenError, UnauthorizedError
from sandbox_mail import ADMIN, mail_to
from sendgrid.helpers import mail as sdk
from sendgrid.helpers.eventwebhook import EventWebhook

from extensions.email.sandbox import Call, Message, State
from extensions.email.sandbox.offer import FULL_KEY, MAILER, READING_KEY
from extensions.email.sandbox.webhook import Poster

ROOT = Path(__file__).resolve().parents[4]
PEERS = Path(os.environ.get("IOTDASH_PEERS") or ROOT.parent / "shared" / "peers")


@pytest.fixture
def client(sandbox):
    """SendGrid's own client library, pointed here."""
    return sendgrid_sdk.SendGridAPIClient(FULL_KEY.key, host=sandbox.url)


def sdk_mail(sender=ADMIN):
    message = sdk.Mail(
        sdk.From(sender, "Site Admin"),
        sdk.To("new@example.org", "New User"),
        "Welcome",
        sdk.PlainTextContent("Hello"),
        sdk.HtmlContent("<p>Hello</p>"),
    )
    message.custom_arg = [sdk.CustomArg("mail_id", "m-1"), sdk.CustomArg("batch", "7")]
    message.category = sdk.Category("invitation")
    tracking = sdk.TrackingSettings()
    tracking.click_tracking = sdk.ClickTracking(False, False)
    message.tracking_settings = tracking
    return message


def test_sendgrids_library_sends(client, controls):
    reply = client.send(sdk_mail())
    (message,) = controls.inbox()
    assert (reply.status_code, reply.headers["X-Message-Id"]) == (202, message["message_id"])
    assert (message["to"], message["sender_name"], message["text"]) == ("new@example.org", "Site Admin", "Hello")
    assert message["custom_args"] == {"mail_id": "m-1", "batch": "7"}


def test_sendgrids_library_reads_scopes(client):
    assert "mail.send" in json.loads(client.client.scopes.get().body)["scopes"]


def test_sendgrids_library_rehearses(client, controls):
    message = sdk_mail()
    message.mail_settings = sdk.MailSettings(sandbox_mode=sdk.SandBoxMode(True))
    assert (client.send(message).status_code, controls.inbox()) == (200, [])


def test_sendgrids_library_understands_refusals(client, sandbox):
    with pytest.raises(ForbiddenError) as caught:
        client.send(sdk_mail("someone@unverified.example"))
    assert caught.value.to_dict["errors"][0]["field"] == "from"
    with pytest.raises(UnauthorizedError):
        sendgrid_sdk.SendGridAPIClient("SG.nobody", host=sandbox.url).send(sdk_mail())
    with pytest.raises(ForbiddenError):
        sendgrid_sdk.SendGridAPIClient(READING_KEY.key, host=sandbox.url).send(sdk_mail())


def test_sendgrids_library_accepts_signatures_and_refuses_forged_ones(tmp_path, httpserver):
    posts = []
    httpserver.expect_request("/hook").respond_with_handler(lambda request: posts.append(_copy(request)))
    state = State(tmp_path)
    state.change_settings(webhook_url=httpserver.url_for("/hook"))
    for forged in (False, True):
        state.change_settings(webhook_forged=forged)
        message = Message(
            state.now(), "rest", "key", "MSG", "drop@example.org", ADMIN, "Grüße", "", "", b"", reports=True
        )
        state.take(Call(state.now(), "key", "rest", "POST /v3/mail/send", 202), [message])
        assert Poster(state).post_due() == 1
    state.close()
    webhook = EventWebhook(state.identity.public_key)
    assert [webhook.verify_signature(body, signature, stamp) for body, signature, stamp in posts] == [True, False]


def _copy(request):
    names = ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp")
    return request.get_data().decode(), *(request.headers[name] for name in names)


@pytest.mark.parametrize(
    ("username", "password", "reports"), [(MAILER.username, MAILER.password, False), ("apikey", FULL_KEY.key, True)]
)
def test_djangos_backend_sends(sandbox, controls, username, password, reports):
    connection = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host="127.0.0.1",
        port=sandbox.ports.smtp,
        username=username,
        password=password,
        use_tls=False,
        use_ssl=False,
        timeout=20,
    )
    message = EmailMultiAlternatives("Grüße", "Hällo", f"Ada <{ADMIN}>", ["new@example.org"], connection=connection)
    message.attach_alternative("<p>Hällo</p>", "text/html")
    assert message.send() == 1
    (kept,) = controls.inbox()
    assert (kept["subject"], kept["text"], kept["html"]) == ("Grüße", "Hällo", "<p>Hällo</p>")
    assert (kept["state"] == "processed") is reports


# SendGrid's description, where it lies beside the repository.


def description(name):
    path = PEERS / f"sendgrid_{name}_v3.openapi.json"
    if not path.exists():
        pytest.skip(f"SendGrid's own description of its API is not here: {path.name}.")
    return json.loads(path.read_text(), object_hook=_with_null)


def _with_null(found):
    """`nullable` is no word of JSON schema; it is not said of `help`, which is null where there is none."""
    if found.get("nullable"):
        return found | {"type": [found["type"], "null"]}
    return found | {"help": {"type": ["object", "null"]}} if "help" in found else found


def schema_in(whole, *path):
    """A validator of the schema at `path`, whose references are those of the whole description."""
    found = whole
    for step in path:
        found = found[step]
        if "$ref" in found:
            found = _at(whole, found["$ref"])
    return Draft202012Validator({**found, "components": whole["components"]}, format_checker=FormatChecker())


def _at(whole, reference):
    for step in reference.removeprefix("#/").split("/"):
        whole = whole[step]
    return whole


def mail_schema():
    return schema_in(
        *(description("mail"), "paths", "/v3/mail/send", "post", "requestBody", "content", "application/json", "schema")
    )


BODIES = {
    "right": {},
    "with categories": {"categories": ["invitation"]},
    "with everything off": {
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        }
    },
    "with a reply address": {"reply_to": {"email": "reply@example.com"}},
    "no personalizations": {"personalizations": None},
    "a personalization without to": {"personalizations": [{}]},
    "a sender without an address": {"from": {"name": "x"}},
    "no address": {"from": {"email": "not an address"}},
    "an empty subject": {"subject": ""},
    "an empty value": {"content": [{"type": "text/plain", "value": ""}]},
    "content without a type": {"content": [{"value": "x"}]},
    "eleven categories": {"categories": [str(n) for n in range(11)]},
    "a category twice": {"categories": ["a", "a"]},
    "a long category": {"categories": ["x" * 256]},
    "a switch that is a word": {"mail_settings": {"sandbox_mode": {"enable": "yes"}}},
    "a time that is a word": {"send_at": "tomorrow"},
    "an attachment without a name": {"attachments": [{"content": "eA=="}]},
    "a group without an id": {"asm": {}},
    "a short pool name": {"ip_pool_name": "x"},
}


@pytest.mark.parametrize("what", BODIES)
def test_the_same_bodies_are_accepted_as_by_sendgrids_description(sendgrid, what):
    body = mail_to() | BODIES[what]
    accepted = mail_schema().is_valid(body)
    assert (sendgrid.send(body).status_code == 202) is accepted
    assert accepted is ("with" in what.split() or what == "right")


def test_what_the_library_sends_fits_sendgrids_description():
    """But for arguments of the whole message, which the description calls a string and the library makes an object."""
    assert [error.json_path for error in mail_schema().iter_errors(sdk_mail().get())] == ["$.custom_args"]


@pytest.mark.parametrize(
    ("status", "key", "change"),
    [
        (400, FULL_KEY.key, {"subject": ""}),
        (401, "SG.nobody", {}),
        (403, READING_KEY.key, {}),
        (403, FULL_KEY.key, {"from": {"email": "someone@unverified.example"}}),
    ],
)
def test_refusals_fit_sendgrids_description(sandbox, status, key, change):
    path = ("paths", "/v3/mail/send", "post", "responses", str(status), "content", "application/json", "schema")
    reply = requests.post(
        f"{sandbox.url}/v3/mail/send", json=mail_to() | change, headers={"Authorization": f"Bearer {key}"}, timeout=20
    )
    assert reply.status_code == status
    assert list(schema_in(description("mail"), *path).iter_errors(reply.json())) == []


@pytest.mark.parametrize(("status", "key"), [(200, FULL_KEY.key), (200, READING_KEY.key), (401, "SG.nobody")])
def test_scopes_fit_sendgrids_description(sandbox, status, key):
    path = ("paths", "/v3/scopes", "get", "responses", str(status), "content", "application/json", "schema")
    reply = requests.get(f"{sandbox.url}/v3/scopes", headers={"Authorization": f"Bearer {key}"}, timeout=20)
    assert reply.status_code == status
    assert list(schema_in(description("scopes"), *path).iter_errors(reply.json())) == []
