"""The mail server by the specification's section 4, seen through the standard library's client."""

import json
import smtplib
import ssl

import pytest
from sandbox_mail import message_to

from extensions.email.sandbox.offer import FULL_KEY, MAILER, READING_KEY


def test_a_message_is_kept_before_it_is_answered(mail_server, controls, state):
    mail_server.mail("admin@example.com")
    mail_server.rcpt("new@example.org")
    code, words = mail_server.data(message_to().as_bytes())
    assert (code, state.taken()) == (250, 1)
    (message,) = controls.inbox()
    assert words.decode().endswith(f"queued as {message['message_id']}")
    assert (message["to"], message["sender"], message["sender_name"]) == ("new@example.org", "admin@example.com", "Ada")
    assert (message["subject"], message["text"], message["html"]) == ("Grüße", "Hällo\n", "<p>Hällo</p>\n")
    assert (message["transport"], message["account"], message["state"]) == ("smtp", MAILER.username, "received")


def test_every_recipient_of_the_envelope_has_a_message(mail_server, controls, state):
    mail_server.send_message(message_to(), to_addrs=["one@example.org", "two@example.org"])
    assert [message["to"] for message in controls.inbox()] == ["two@example.org", "one@example.org"]
    assert state.taken() == 2


def test_starttls_with_the_own_authority(connect, trusting, state):
    conversation = connect()
    conversation.starttls(context=trusting)
    conversation.login(MAILER.username, MAILER.password)
    assert conversation.send_message(message_to()) == {}
    assert state.taken() == 1


def test_implicit_tls_with_the_own_authority(sandbox, trusting, controls):
    port = sandbox.ports.smtps
    with smtplib.SMTP_SSL("127.0.0.1", port, context=trusting, timeout=20, local_hostname="client") as conversation:
        conversation.login(MAILER.username, MAILER.password)
        conversation.send_message(message_to())
    assert controls.inbox()[0]["transport"] == "smtps"


def test_the_certificate_is_not_trusted_without_the_authority(connect, sandbox):
    with pytest.raises(ssl.SSLCertVerificationError):
        connect().starttls(context=ssl.create_default_context())
    with pytest.raises(ssl.SSLCertVerificationError):
        smtplib.SMTP_SSL("127.0.0.1", sandbox.ports.smtps, context=ssl.create_default_context(), timeout=20)


def test_implicit_tls_on_the_other_port_is_no_tls(sandbox, trusting):
    with pytest.raises(ssl.SSLError, match=r"(?i)wrong.version.number"):
        smtplib.SMTP_SSL("127.0.0.1", sandbox.ports.smtp, context=trusting, timeout=20)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_each_way_of_logging_in(connect, mechanism):
    conversation = connect()
    conversation.ehlo()
    assert mechanism in conversation.esmtp_features["auth"].split()
    conversation.user, conversation.password = MAILER.username, MAILER.password
    proof = getattr(conversation, f"auth_{mechanism.lower()}")
    assert conversation.auth(mechanism, proof)[0] == 235


WRONG_LOGINS = {
    "a wrong password": (MAILER.username, "wrong"),
    "an unknown user": ("nobody", MAILER.password),
    "a key that may not send": ("apikey", READING_KEY.key),
    "an unknown key": ("apikey", "SG.unknown.key"),
    "an account's own name": ("alder-valley-water", FULL_KEY.key),
}


@pytest.mark.parametrize("what", WRONG_LOGINS)
def test_wrong_credentials_are_535(connect, state, what):
    with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
        connect().login(*WRONG_LOGINS[what])
    assert caught.value.smtp_code == 535
    assert {call.status for call in state.calls()} == {535}


def test_nobody_sends_without_credentials(connect):
    conversation = connect()
    conversation.ehlo()
    assert conversation.mail("admin@example.com")[0] == 530


def test_an_unverified_sender_of_the_plain_server_is_refused_at_once(mail_server, state):
    with pytest.raises(smtplib.SMTPSenderRefused) as caught:
        mail_server.send_message(message_to(sender="someone@unverified.example"))
    assert (caught.value.smtp_code, state.taken()) == (550, 0)


def test_sendgrid_refuses_an_unverified_sender_after_the_message(connect, state):
    conversation = connect()
    conversation.login("apikey", FULL_KEY.key)
    with pytest.raises(smtplib.SMTPDataError) as caught:
        conversation.send_message(message_to(sender="someone@unverified.example"))
    assert (caught.value.smtp_code, state.taken()) == (550, 0)
    assert b"verified Sender Identity" in caught.value.smtp_error


def test_sendgrid_over_smtp_reads_its_own_header(connect, controls):
    message = message_to()
    message["X-SMTPAPI"] = json.dumps({"unique_args": {"mail_id": "m-7"}, "category": "invitation"})
    conversation = connect()
    conversation.login("apikey", FULL_KEY.key)
    conversation.send_message(message)
    (kept,) = controls.inbox()
    assert (kept["custom_args"], kept["categories"], kept["account"]) == (
        {"mail_id": "m-7"},
        ["invitation"],
        "full access",
    )
    assert kept["state"] == "processed"


@pytest.mark.parametrize(("recipient", "code"), [("full@example.org", 452), ("unknown+3@example.org", 550)])
def test_recipients_by_name_are_refused(mail_server, state, recipient, code):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        mail_server.send_message(message_to(recipient))
    assert (caught.value.recipients[recipient][0], state.taken()) == (code, 0)


def test_a_greylisted_recipient_is_taken_the_second_time(mail_server, state):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        mail_server.send_message(message_to("greylist@example.org"))
    assert caught.value.recipients["greylist@example.org"][0] == 451
    mail_server.send_message(message_to("greylist@example.org"))
    assert state.taken() == 1


def test_an_answer_can_be_scripted_for_a_recipient_and_a_number_of_times(mail_server, controls):
    controls.post("scripts", recipient="New@example.org", answer="450 4.2.0 Busy", times=1)
    assert mail_server.send_message(message_to(), to_addrs=["new@example.org", "two@example.org"]) == {
        "new@example.org": (450, b"4.2.0 Busy")
    }
    assert mail_server.send_message(message_to()) == {}
    controls.post("scripts", recipient="", answer="553 5.1.3 Never")
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            mail_server.send_message(message_to("anybody@example.org"))
    controls.post("scripts/clear")
    assert mail_server.send_message(message_to("anybody@example.org")) == {}


def test_too_large_a_message_is_refused(state, connect):
    state.change_settings(max_message_bytes=1000)
    conversation = connect()
    conversation.login(MAILER.username, MAILER.password)
    message = message_to()
    message.replace_header("Subject", "x" * 1200)
    with pytest.raises(smtplib.SMTPException) as caught:
        conversation.send_message(message)
    assert caught.value.smtp_code == 552


@pytest.mark.parametrize(
    "raw", [b"", b"no header at all", b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe", b"\x00\x01\r\n\r\n"]
)
def test_a_message_that_is_no_good_mail_is_kept_as_it_came(connect, controls, state, raw):
    conversation = connect()
    conversation.login(MAILER.username, MAILER.password)
    conversation.sendmail("admin@example.com", ["new@example.org"], raw)
    assert state.taken() == 1
    assert controls.get(f"/messages/{controls.inbox()[0]['id']}").status_code == 200
