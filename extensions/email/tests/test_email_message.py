"""The bytes of a message: whatever names and texts are, its headers are the ones that were meant."""

import email
import email.policy
from dataclasses import replace
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from email_world import NOW, SENDER
from hypothesis import given, settings
from hypothesis import strategies as st

from extensions.core.contract import AuthRejected, Refused
from extensions.email.addresses import is_address, on_the_wire
from extensions.email.message import posting
from extensions.mailers.contract import OutgoingMail

pytestmark = pytest.mark.slow

MAIL = OutgoingMail("3f0c", "new@example.com", "Invitation", "Text", "<p>Text</p>")
ODD = st.one_of(st.sampled_from('",;<>@()\\ .:=?_abcé日'), st.characters(exclude_characters="\r\n\x00"))
LINES = st.text(ODD, max_size=120)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


def written(mail: OutgoingMail, **changed) -> bytes:
    return posting(mail, {**SENDER, **changed}, NOW, for_sendgrid=False).content


def shown(header: str) -> str:
    return str(make_header(decode_header(header)))


def plain(text: str) -> str:
    return " ".join(text.encode(errors="replace").decode().split())


@settings(max_examples=300, deadline=None)
@given(recipient_name=LINES, sender_name=LINES, subject=LINES.filter(str.strip))
def test_no_name_or_subject_adds_a_header_or_an_address(recipient_name, sender_name, subject):
    content = written(replace(MAIL, recipient_name=recipient_name, subject=subject), sender_name=sender_name)
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) < 999
    message = email.message_from_bytes(content)
    assert message.keys() == HEADERS
    for name, address in (("To", "new@example.com"), ("From", "admin@example.com")):
        assert [found for _, found in getaddresses([message[name]])] == [address]
        modern = email.message_from_bytes(content, policy=email.policy.default)
        assert [found.addr_spec for found in modern[name].addresses] == [address]


@settings(max_examples=300, deadline=None)
@given(name=LINES, subject=LINES.filter(str.strip))
def test_names_and_subjects_are_read_as_they_were_written(name, subject):
    message = email.message_from_bytes(written(replace(MAIL, recipient_name=name, subject=subject)))
    assert shown(message["Subject"]) == plain(subject)
    (found,) = getaddresses([message["To"].replace("\n", "").replace("\r", "")])
    assert shown(found[0]) == plain(name)


@settings(max_examples=200, deadline=None)
@given(text=st.text(ODD | st.just("\n"), min_size=1, max_size=3000).filter(str.strip))
def test_a_text_is_read_as_it_was_written(text):
    content = written(replace(MAIL, text=text, html=""))
    assert content.isascii()
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert message.get_content().split() == text.encode(errors="replace").decode().split()


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({}, ["multipart/alternative", "text/plain", "text/html"]),
        ({"html": " "}, ["text/plain"]),
        ({"text": ""}, ["text/html"]),
    ],
)
def test_a_part_that_is_empty_is_left_out(change, kinds):
    message = email.message_from_bytes(written(replace(MAIL, **change)))
    assert [part.get_content_type() for part in message.walk()] == kinds


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""},
        {"subject": "a\r\nBcc: b@example.com"},
        {"recipient_name": "a\nb"},
        {"recipient": "a@example.com\nb@example.com"},
        {"recipient": "a@example.com, b@example.com"},
        {"recipient": "<a@example.com>"},
        {"recipient": ""},
        {"text": " ", "html": ""},
    ],
)
def test_what_would_be_another_message_is_refused(change):
    with pytest.raises(Refused):
        written(replace(MAIL, **change))


def test_settings_without_a_sender_are_to_be_mended():
    with pytest.raises(AuthRejected):
        written(MAIL, sender_address="nobody")


def test_an_odd_id_makes_no_odd_header():
    message = email.message_from_bytes(written(replace(MAIL, mail_id="a b>\r\n<c@d")))
    assert message["Message-ID"] == "<a-b----c-d@example.com>"


@pytest.mark.parametrize(
    ("address", "written_as"),
    [
        ("a@example.com", "a@example.com"),
        (" First.Last+tag@Example.COM ", "First.Last+tag@Example.COM"),
        ("müller@example.com", "müller@example.com"),
        ("a@straße.example", "a@xn--strae-oqa.example"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
    ],
)
def test_addresses(address, written_as):
    assert on_the_wire(address) == written_as


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "@example.com",
        "a@",
        "a@b",
        "a b@example.com",
        "a@exa mple.com",
        "a@@example.com",
        ".a@example.com",
        "a..b@example.com",
        '"a b"@example.com',
        "a@[127.0.0.1]",
        "a@example..com",
        "a@example.com>",
        "a\u2028b@example.com",
        "a@" + "x" * 64 + ".com",
        "x" * 65 + "@example.com",
        "a@\u2603\ufe0f\u200d.example",
    ],
)
def test_what_is_no_address(text):
    assert not is_address(text)
