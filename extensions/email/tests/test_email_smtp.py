"""Mail over SMTP against a real server: what arrives, how it is secured, who signs in, and what a check proves."""

import email
import email.policy
import socket
import ssl
from dataclasses import replace

import pytest
from email_world import PASSWORD, USERNAME, Keeper, hanging, mail_server, scripted, talking

from extensions.core.contract import AuthRejected, CannotConnect, ProviderError, Refused
from extensions.email.message import SENDGRID_SWITCHES
from extensions.email.provider import Email

EMAIL = Email()
# Some servers here take a password without TLS: what is told then is tested.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def server_tls(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def smtp(context_of, ca_pem):
    """`smtp(port, …)` is a context for a server on this machine that asks for STARTTLS and a sign-in."""

    def of(port, **settings):
        known = {"method": "smtp", "host": "127.0.0.1", "port": port, "security": "starttls", "ca_pem": ca_pem}
        return context_of(**{**known, "username": USERNAME, "password": PASSWORD, **settings})

    return of


@pytest.fixture
def names(monkeypatch):
    """`names` maps hosts to this machine; the real name server is asked for no others."""
    real, known = socket.getaddrinfo, set()

    def look_up(host, *args, **kwargs):
        assert host in {*known, "127.0.0.1", "localhost"}, f"{host} was looked up."
        return real("127.0.0.1" if host in known else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def failing(work) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        work()
    assert PASSWORD not in "\n".join([str(caught.value), caught.value.words, repr(caught.value)])
    return caught.value


def read(keeper: Keeper):
    (envelope,) = keeper.envelopes
    return email.message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=email.policy.default)


# --- What arrives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("implicit", [False, True])
def test_a_message_arrives_over_tls_from_who_signed_in(smtp, mail, server_tls, implicit):
    with mail_server(server_tls, implicit=implicit) as server:
        context = smtp(server.port, security="tls" if implicit else "starttls")
        taken = EMAIL.send(context, mail)
    assert (taken.words, taken.message_id) == ("250 2.0.0 Ok: queued as 4bXyZ1", "4bXyZ1")
    (envelope,) = server.keeper.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("admin@example.com", ["new@example.com"])
    assert (envelope.over_tls, envelope.signed_in) == (True, True)
    assert server.keeper.said == ["QUIT"]
    message = read(server.keeper)
    assert str(message["From"]) == "Site Admin <admin@example.com>"
    assert str(message["To"]) == "New User <new@example.com>"
    assert message["Subject"] == "You are invited"
    assert message["Date"].datetime == context.now()
    assert message["Message-ID"] == "<3f0c5a9e@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-SMTPAPI"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content() for part in message.iter_parts()] == [mail.text, mail.html + "\n"]


def test_lines_that_begin_with_a_dot_arrive_whole(smtp, mail, server_tls):
    text = ".\n..\n.hidden\nend\n"
    with mail_server(server_tls) as server:
        EMAIL.send(smtp(server.port), replace(mail, text=text))
    assert read(server.keeper).get_body(("plain",)).get_content() == text


def test_a_message_sent_again_is_recognisable(smtp, mail, server_tls):
    with mail_server(server_tls) as server:
        for _ in range(2):
            EMAIL.send(smtp(server.port), mail)
    ids = [email.message_from_bytes(each.content)["Message-ID"] for each in server.keeper.envelopes]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_one_conversation_is_one_call(smtp, mail, server_tls, calls):
    with mail_server(server_tls) as server:
        EMAIL.send(smtp(server.port), mail)
    assert [(call.method, call.sent) for call in calls] == [("CONNECT", True)]


def test_an_id_is_read_from_what_servers_say_of_their_queue(smtp, mail):
    replies = {
        "250 Ok: queued as tJ9_x-Y.z": "tJ9_x-Y.z",
        "250 2.6.0 <abc@x> Queued mail for delivery": "",
        "250 OK id=1tQ": "",
    }
    for reply, message_id in replies.items():
        with mail_server(auth=False) as server:
            server.keeper.answers["DATA"] = reply
            taken = EMAIL.send(smtp(server.port, security="none", username="", password=""), mail)
        assert (taken.words, taken.message_id) == (reply, message_id)


# --- Sign-in ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hidden", "used"), [([], "PLAIN"), (["PLAIN"], "LOGIN")])
def test_one_way_of_signing_in_is_tried_once(smtp, mail, server_tls, hidden, used):
    with mail_server(server_tls, auth_exclude_mechanism=hidden) as server:
        error = failing(lambda: EMAIL.send(smtp(server.port, password="wrong"), mail))
        EMAIL.send(smtp(server.port), mail)
    assert type(error) is AuthRejected
    assert error.code == "535"
    assert "Authentication credentials invalid" in error.words
    assert server.authenticator.tries == [(used, USERNAME, "wrong"), (used, USERNAME, PASSWORD)]


def test_names_and_passwords_may_have_any_letters(smtp, server_tls):
    with mail_server(server_tls) as server:
        failing(lambda: EMAIL.check(smtp(server.port, username="jörg", password="pässwörd €")))
    assert server.authenticator.tries == [("PLAIN", "jörg", "pässwörd €")]


def test_without_user_name_nobody_signs_in(smtp, mail):
    with mail_server(auth=False) as server:
        EMAIL.send(smtp(server.port, security="none", username="", password=""), mail)
    assert not server.keeper.envelopes[0].signed_in


def test_a_server_that_wants_a_sign_in_says_so(smtp, mail, server_tls):
    with mail_server(server_tls) as server:
        error = failing(lambda: EMAIL.send(smtp(server.port, username="", password=""), mail))
    assert (type(error), error.code) == (AuthRejected, "530")
    assert "takes mail only from who signs in" in error.sentence


def test_a_server_without_sign_in_is_told_as_such(smtp, mail, server_tls):
    with mail_server(server_tls, auth=False, auth_exclude_mechanism=["PLAIN", "LOGIN"]) as server:
        error = failing(lambda: EMAIL.send(smtp(server.port), mail))
    assert type(error) is AuthRejected
    assert "offers no sign-in" in error.sentence
    assert server.keeper.envelopes == []


def test_a_sign_in_that_only_fails_for_now_is_no_wrong_password(smtp, server_tls):
    with mail_server(server_tls) as server:
        server.authenticator.refusal = "454 4.7.0 Temporary authentication failure"
        error = failing(lambda: EMAIL.check(smtp(server.port)))
    assert (type(error).__name__, error.code, error.retry_helps) == ("BadResponse", "454", True)


# --- TLS --------------------------------------------------------------------------------------------------------------


def test_without_starttls_nothing_is_said(smtp, mail):
    """Somebody on the way may have taken the offer out."""
    with mail_server() as server:
        error = failing(lambda: EMAIL.send(smtp(server.port), mail))
    assert type(error) is CannotConnect
    assert "does not offer STARTTLS" in error.sentence
    assert (server.authenticator.tries, server.keeper.envelopes) == ([], [])


def test_what_was_said_before_tls_is_forgotten(smtp, mail, server_tls, certificate):
    """A reply that somebody slipped in before TLS began is not taken for one of the server's."""
    heard = []

    def handle(connection):
        plain = connection.makefile("rb")
        connection.sendall(b"220 mail.example.com ESMTP\r\n")
        plain.readline()
        connection.sendall(b"250-mail.example.com\r\n250 STARTTLS\r\n")
        plain.readline()
        connection.sendall(b"220 go on\r\n250-slipped in\r\n250 AUTH PLAIN\r\n")
        with server_tls.wrap_socket(connection, server_side=True) as secure:
            lines = secure.makefile("rb")
            heard.append(lines.readline())
            secure.sendall(b"250 mail.example.com\r\n")
            heard.append(lines.readline())

    with talking(handle) as port:
        error = failing(lambda: EMAIL.send(smtp(port), mail))
    assert "offers no sign-in" in error.sentence
    assert heard == [b"ehlo [127.0.0.1]\r\n", b""]


@pytest.mark.parametrize("implicit", [False, True])
def test_an_untrusted_certificate_ends_it_before_the_password(smtp, mail, server_tls, implicit):
    with mail_server(server_tls, implicit=implicit) as server:
        context = smtp(server.port, security="tls" if implicit else "starttls", ca_pem="")
        error = failing(lambda: EMAIL.send(context, mail))
    assert type(error) is CannotConnect
    assert "is not trusted: unable to get local issuer certificate" in error.sentence
    assert server.authenticator.tries == []


def test_a_certificate_for_another_name_is_not_trusted(smtp, mail, server_tls, names):
    names |= {"smtp.other.example", "mail.example.com"}
    with mail_server(server_tls) as server:
        error = failing(lambda: EMAIL.send(smtp(server.port, host="smtp.other.example"), mail))
        EMAIL.send(smtp(server.port, host="mail.example.com"), mail)
    assert "is not trusted: Hostname mismatch" in error.sentence
    assert len(server.keeper.envelopes) == 1


def test_implicit_tls_on_a_port_without_it_says_what_to_try(smtp, mail, server_tls):
    with mail_server(server_tls) as server:
        error = failing(lambda: EMAIL.send(smtp(server.port, security="tls"), mail))
    assert type(error) is CannotConnect
    assert error.sentence == "127.0.0.1 does not speak TLS on this port. Try STARTTLS."


@hanging
def test_starttls_on_a_port_of_implicit_tls_says_what_to_try(smtp, mail, server_tls):
    with mail_server(server_tls, implicit=True) as server:
        error = failing(lambda: EMAIL.send(smtp(server.port), mail))
    assert type(error) is CannotConnect
    assert "no SMTP greeting" in error.sentence
    assert "choose implicit TLS" in error.sentence


def test_a_password_is_sent_in_the_open_to_this_machine_only(context_of, mail, names, calls):
    settings = {"method": "smtp", "port": 25, "security": "none", "username": USERNAME, "password": PASSWORD}
    context = context_of(host="mail.example.com", **settings)
    error = failing(lambda: EMAIL.send(context, mail))
    assert type(error) is CannotConnect
    assert "in the open" in error.sentence
    assert calls == []
    with mail_server() as server:
        EMAIL.send(context_of(**settings | {"host": "127.0.0.1", "port": server.port}), mail)
    assert server.authenticator.tries == [("PLAIN", USERNAME, PASSWORD)]


# --- Letters beyond ASCII ---------------------------------------------------------------------------------------------


def test_every_letter_arrives(smtp, mail, server_tls):
    told = replace(
        mail, subject="Grüße — " + "日本語" * 30, text="Žluťoučký\n" + "é" * 2000 + "\n", recipient_name="Пётр"
    )
    with mail_server(server_tls, enable_SMTPUTF8=False) as server:
        EMAIL.send(smtp(server.port, sender_name="Jörg Größe"), told)
    message = read(server.keeper)
    assert message["Subject"] == told.subject
    # Text in base64 has the line ends of the wire.
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == told.text
    assert message["To"].addresses[0].display_name == "Пётр"
    assert message["From"].addresses[0].display_name == "Jörg Größe"
    (envelope,) = server.keeper.envelopes
    assert envelope.content.isascii()
    assert "SMTPUTF8" not in envelope.mail_options


def test_an_address_of_other_letters_needs_a_server_that_takes_it(smtp, mail, server_tls):
    told = replace(mail, recipient="müller@straße.example")
    with mail_server(server_tls) as server:
        EMAIL.send(smtp(server.port), told)
    (envelope,) = server.keeper.envelopes
    assert envelope.rcpt_tos == ["müller@xn--strae-oqa.example"]
    assert "SMTPUTF8" in envelope.mail_options
    with mail_server(server_tls, enable_SMTPUTF8=False) as server:
        error = failing(lambda: EMAIL.send(smtp(server.port), told))
    assert (type(error), error.later) == (Refused, False)
    assert "SMTPUTF8" in error.sentence
    assert server.keeper.envelopes == []


def test_a_sender_of_other_letters_waits_for_other_settings(smtp, mail, server_tls):
    with mail_server(server_tls, enable_SMTPUTF8=False) as server:
        context = smtp(server.port, sender_address="jörg@example.com")
        for work in (lambda: EMAIL.send(context, mail), lambda: EMAIL.check(context)):
            assert type(failing(work)) is AuthRejected
    assert server.keeper.envelopes == []


# --- Check ------------------------------------------------------------------------------------------------------------


def test_a_check_signs_in_and_sends_nothing(smtp, server_tls):
    with mail_server(server_tls) as server:
        proof = EMAIL.check(smtp(server.port))
    assert proof.sentence.startswith("127.0.0.1 accepts the sign-in as postmaster, over TLS.")
    assert (server.keeper.envelopes, server.keeper.said) == ([], ["QUIT"])
    assert len(server.authenticator.tries) == 1


def test_a_check_without_sign_in_says_that_it_proves_less(smtp):
    with mail_server(auth=False) as server:
        proof = EMAIL.check(smtp(server.port, security="none", username="", password=""))
    assert "answers without a sign-in, over a connection that is not secured" in proof.sentence


# --- SendGrid with username -------------------------------------------------------------------------------------------


def test_at_sendgrid_links_are_left_as_they_are(context_of, mail, server_tls, ca_pem, names, monkeypatch):
    names.add("mail.example.com")
    monkeypatch.setattr("extensions.email.settings.SENDGRID_DOMAIN", "mail.example.com")
    settings = {"method": "sendgrid_username", "host": "mail.example.com", "security": "starttls", "ca_pem": ca_pem}
    with mail_server(server_tls, auth=False) as server:
        EMAIL.send(context_of(**settings, port=server.port), mail)
    assert read(server.keeper)["X-SMTPAPI"] == SENDGRID_SWITCHES


def test_a_pasted_key_loses_its_white_space(context_of, monkeypatch):
    heard = []
    monkeypatch.setattr("extensions.email.settings.SENDGRID_DOMAIN", "localhost")
    sign_in = (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n", b"235 Ok\r\n", b"250 Ok\r\n")
    script = scripted(b"220 hi\r\n", b"250-mail.example.com\r\n250 AUTH LOGIN\r\n", *sign_in, heard=heard)
    with talking(script) as port:
        settings = {"method": "sendgrid_username", "host": "localhost", "port": port, "security": "none"}
        EMAIL.check(context_of(**settings, username=" apikey ", password=" SG.key\r\n"))
    assert heard[2:4] == [b"YXBpa2V5\r\n", b"U0cua2V5\r\n"]


@pytest.mark.parametrize(
    "host", ["", "  ", "https://", "smtp://mail.example.com", "not a host", "a@b.example", "mail.example.com:25"]
)
def test_what_is_no_host_is_not_looked_up(context_of, mail, calls, host):
    context = context_of(method="smtp", host=host, port=25, security="starttls")
    for work in (lambda: EMAIL.send(context, mail), lambda: EMAIL.check(context)):
        assert type(failing(work)) is CannotConnect
    assert calls == []
