"""SendGrid's API by the specification's section 2: what is accepted, what is refused, and in which words."""

import re

import pytest
from sandbox_mail import ADMIN, NOW, SendGrid, mail_to

from extensions.email.sandbox.offer import READING_KEY, REVOKED_KEY


def errors(reply):
    return [(error["field"], error["message"]) for error in reply.json()["errors"]]


def test_a_message_is_accepted_with_an_empty_body_and_an_id(sendgrid, controls):
    reply = sendgrid.send(mail_to("new@example.org", categories=["invitation"]))
    assert (reply.status_code, reply.content) == (202, b"")
    (message,) = controls.inbox()
    assert message["message_id"] == reply.headers["X-Message-Id"]
    assert (message["to"], message["sender"], message["sender_name"]) == ("new@example.org", ADMIN, "Site Admin")
    assert (message["subject"], message["text"], message["html"]) == ("Welcome", "Hello", "<p>Hello</p>")
    assert (message["custom_args"], message["categories"]) == ({"mail_id": "m-1"}, ["invitation"])


def test_each_recipient_has_a_message(sendgrid, controls, state):
    one, two = {"email": "one@example.org"}, {"email": "two@example.org"}
    people = [{"to": [one], "cc": [two], "subject": "Both"}, {"to": [{"email": "three@example.org"}]}]
    assert sendgrid.send(mail_to(personalizations=people)).status_code == 202
    assert [(message["to"], message["subject"]) for message in controls.inbox()] == [
        ("three@example.org", "Welcome"),
        ("two@example.org", "Both"),
        ("one@example.org", "Both"),
    ]
    assert (state.taken(), len(state.calls())) == (3, 1)


def test_sandbox_mode_checks_and_delivers_nothing(sendgrid, controls, state):
    reply = sendgrid.send(mail_to(mail_settings={"sandbox_mode": {"enable": True}}))
    assert (reply.status_code, controls.inbox(), state.taken()) == (200, [], 0)
    refused = sendgrid.send(mail_to(subject="", mail_settings={"sandbox_mode": {"enable": True}}))
    assert refused.status_code == 400


def test_sandbox_mode_is_a_json_boolean(sendgrid, controls):
    reply = sendgrid.send(mail_to(mail_settings={"sandbox_mode": {"enable": "true"}}))
    assert (reply.status_code, errors(reply)[0][0]) == (400, "mail_settings.sandbox_mode.enable")
    assert controls.inbox() == []


WRONG_BODIES = {
    "no personalizations": ({"personalizations": []}, "personalizations"),
    "too many personalizations": (
        {"personalizations": [{"to": [{"email": "a@b.example"}]}] * 1001},
        "personalizations",
    ),
    "no to": ({"personalizations": [{"cc": [{"email": "a@b.example"}]}]}, "personalizations.0.to"),
    "an empty to": ({"personalizations": [{"to": []}]}, "personalizations.0.to"),
    "an address without a domain": ({"personalizations": [{"to": [{"email": "a@"}]}]}, "personalizations.0.to.0.email"),
    "an address with a line break": (
        {"personalizations": [{"to": [{"email": "a@b.example\n"}]}]},
        "personalizations.0.to.0.email",
    ),
    "a sender without an address": ({"from": {"name": "Admin"}}, "from.email"),
    "a sender that is no address": ({"from": {"email": "admin"}}, "from.email"),
    "an empty subject": ({"subject": ""}, "subject"),
    "no content": ({"content": []}, "content"),
    "an empty value": ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
    "an empty type": ({"content": [{"type": "", "value": "x"}]}, "content.0.type"),
    "HTML before text": (
        {"content": [{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]},
        "content",
    ),
    "eleven categories": ({"categories": [str(n) for n in range(11)]}, "categories"),
    "a number among custom arguments": (
        {"personalizations": [{"to": [{"email": "a@b.example"}], "custom_args": {"n": 1}}]},
        "personalizations.0.custom_args.n",
    ),
    "a recipient twice": (
        {"personalizations": [{"to": [{"email": "a@b.example"}], "cc": [{"email": "A@b.example"}]}]},
        "personalizations.0",
    ),
    "tracking that is no boolean": (
        {"tracking_settings": {"click_tracking": {"enable": "false"}}},
        "tracking_settings.click_tracking.enable",
    ),
}


@pytest.mark.parametrize("what", WRONG_BODIES)
def test_a_wrong_body_is_refused_at_its_field(sendgrid, state, what):
    wrong, field = WRONG_BODIES[what]
    reply = sendgrid.send(mail_to() | wrong)
    assert (reply.status_code, state.taken()) == (400, 0)
    assert field in [name for name, _ in errors(reply)]
    assert all(message for _, message in errors(reply))


@pytest.mark.parametrize("missing", ["personalizations", "from", "subject", "content"])
def test_a_missing_part_is_refused_by_name(sendgrid, missing):
    body = mail_to()
    del body[missing]
    reply = sendgrid.send(body)
    assert (reply.status_code, errors(reply)[0][0]) == (400, missing)


def test_a_subject_may_be_that_of_each_personalization(sendgrid):
    body = mail_to(personalizations=[{"to": [{"email": "a@b.example"}], "subject": "Own"}])
    del body["subject"]
    assert sendgrid.send(body).status_code == 202


def test_top_level_custom_arguments_may_be_an_object(sendgrid, controls):
    assert sendgrid.send(mail_to(custom_args={"mail_id": "general", "batch": "7"})).status_code == 202
    assert controls.inbox()[0]["custom_args"] == {"mail_id": "m-1", "batch": "7"}


@pytest.mark.parametrize("body", [b"{", b"\xff", b""])
def test_what_is_no_json_is_refused(sendgrid, body):
    reply = sendgrid.call("POST", "/v3/mail/send", data=body, headers={"Content-Type": "application/json"})
    assert (reply.status_code, errors(reply)) == (400, [(None, "Bad Request")])


@pytest.mark.parametrize("body", ["[]", "null", '"text"'])
def test_json_that_is_no_object_is_refused(sendgrid, body):
    reply = sendgrid.call("POST", "/v3/mail/send", data=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 400


def test_too_large_a_message_is_refused(sendgrid, state):
    state.change_settings(max_message_bytes=2000)
    reply = sendgrid.send(mail_to(content=[{"type": "text/plain", "value": "x" * 2000}]))
    assert (reply.status_code, state.taken()) == (413, 0)
    assert sendgrid.send(mail_to()).status_code == 202


@pytest.mark.parametrize("key", ["", "SG.made.up", REVOKED_KEY.key])
def test_a_wrong_key_is_refused_by_both_calls(sandbox, key):
    caller = SendGrid(sandbox.url, key)
    for reply in (caller.send(mail_to()), caller.call("GET", "/v3/scopes")):
        assert reply.status_code == 401
        assert [set(error) for error in reply.json()["errors"]] == [{"message", "field", "help"}]


def test_no_key_at_all_is_refused(sandbox, state):
    reply = SendGrid(sandbox.url).call("GET", "/v3/scopes", headers={"Authorization": ""})
    assert (reply.status_code, errors(reply)) == (401, [(None, "authorization required")])
    assert state.calls()[0].account == ""


def test_scopes_are_those_of_the_key(sandbox, sendgrid):
    assert "mail.send" in sendgrid.call("GET", "/v3/scopes").json()["scopes"]
    reader = SendGrid(sandbox.url, READING_KEY.key)
    assert reader.call("GET", "/v3/scopes").json() == {"scopes": ["stats.read"]}
    assert reader.send(mail_to()).status_code == 403


def test_a_blocked_key_may_do_nothing(sendgrid, controls):
    controls.post("keys", name="full access", state="blocked")
    assert sendgrid.call("GET", "/v3/scopes").status_code == 403
    assert errors(sendgrid.send(mail_to())) == [(None, "access forbidden")]


def test_an_unverified_sender_is_refused_until_it_is_verified(sendgrid, controls, state):
    body = mail_to() | {"from": {"email": "someone@unverified.example"}}
    reply = sendgrid.send(body)
    assert (reply.status_code, errors(reply)[0][0], state.taken()) == (403, "from", 0)
    controls.post("senders", name="Someone@unverified.example")
    assert sendgrid.send(body).status_code == 202
    controls.post("senders/forget", name="someone@unverified.example")
    assert sendgrid.send(body).status_code == 403


def test_the_rate_is_limited_for_each_minute_and_says_until_when(sendgrid, state, clock):
    state.change_settings(rate_limit=2)
    first, second, refused = (sendgrid.send(mail_to()) for _ in range(3))
    assert [reply.status_code for reply in (first, second, refused)] == [202, 202, 429]
    assert [reply.headers["X-RateLimit-Remaining"] for reply in (first, second, refused)] == ["1", "0", "0"]
    reset = int(refused.headers["X-RateLimit-Reset"])
    assert (refused.headers["X-RateLimit-Limit"], NOW < reset <= NOW + 60) == ("2", True)
    assert refused.json()["errors"]
    assert state.taken() == 2
    clock.now = float(reset)
    assert sendgrid.send(mail_to()).status_code == 202


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v3/mail/send", 405), ("POST", "/v3/scopes", 405), ("GET", "/v3/user", 404)]
)
def test_other_calls_are_not_known(sendgrid, method, path, status):
    reply = sendgrid.call(method, path)
    assert (reply.status_code, len(reply.json()["errors"])) == (status, 1)


def test_the_log_names_keys_and_never_shows_them(sendgrid, state):
    sendgrid.send(mail_to("private@example.org"))
    (call,) = state.calls()
    assert (call.account, call.path, call.status, call.taken) == ("full access", "POST /v3/mail/send", 202, 1)
    assert not re.search("SG\\.|private", repr(call))
