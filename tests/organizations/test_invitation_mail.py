"""What an invitation says, and when its link begins to count."""

import datetime as dt
import html
import re
from functools import partial

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.exceptions import ValidationError

from iotdash.organizations import letters
from iotdash.organizations.invitations import services, tokens
from iotdash.organizations.invitations.wording import LETTER, ORIGINAL
from iotdash.organizations.models import Invitation, MailTemplate
from iotdash.runtime.models import OutboxMail
from tests.organizations.invitation_world import composed, mails

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
check_subject = partial(letters.check_subject, LETTER)
check_body = partial(letters.check_body, LETTER)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def test_it_says_who_invites_where_as_what_and_until_when(invitation, settings):
    settings.PUBLIC_URL = "https://iot.example.com"
    message = composed(invitation.mail)
    link = f"https://iot.example.com/invitations/{tokens.token_of(invitation)}/"
    assert (message.recipient, message.subject) == ("new@example.com", "Invitation to Harbour pumps")
    for text in (message.text, html.unescape(message.html)):
        assert "Owner (owner@example.com) invites you to join Harbour pumps as Developer" in text
        assert "until 6 May 2026, 12:00 UTC" in text
        assert "The membership has no end date." in text
        assert "If you did not expect this message, ignore it" in text
        assert link in text
    assert not re.search(r"\{\w*\}", message.text + message.html)


def test_no_tracking_and_nothing_to_load(invitation):
    message = composed(invitation.mail)
    assert re.findall(r"<a [^>]*>", message.html) == [f'<a clicktracking=off href="{tokens.link_of(invitation)}">']
    assert not re.search(r"<(img|link|script|style|iframe)|src=|style=", message.html)
    assert message.labels == {"invitation_id": str(invitation.pk), "attempt": "0"}
    assert message.category == "invitation"


def test_the_end_of_the_membership_is_told(invitation):
    Invitation.objects.update(member_expires_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert "The membership ends on 1 January 2027, 00:00 UTC." in composed(invitation.mail).text


def test_the_recipient_keeps_its_spelling_and_the_domain_is_ascii(source, membership, transport, organization):
    services.invite(source, membership, "Ada@Bücher.example", "reader")
    assert composed(mails(organization)[0]).recipient == "Ada@xn--bcher-kva.example"


@pytest.mark.parametrize("hours", [48, 1])
def test_the_lifetime_begins_when_the_message_is_made(invitation, organization, clock, hours):
    organization.invitation_hours = hours
    organization.save()
    clock.move_to(NOON + 100 * HOUR)
    first = composed(invitation.mail)
    assert Invitation.objects.get().token_expires_at == NOON + (100 + hours) * HOUR
    clock.shift(600)
    second = composed(invitation.mail)
    assert Invitation.objects.get().token_expires_at == NOON + (100 + hours) * HOUR + dt.timedelta(minutes=10)
    link = re.search(r"http\S+/invitations/\S+", first.text)[0]
    assert link in second.text


@pytest.mark.parametrize("status", ["accepted", "revoked"])
def test_a_settled_invitation_is_not_mailed(invitation, status):
    Invitation.objects.update(status=status)
    assert composed(invitation.mail) is None
    assert Invitation.objects.get().token_expires_at == NOON + 48 * HOUR


def test_a_former_version_is_not_mailed(invitation):
    Invitation.objects.update(token_version=2)
    assert composed(invitation.mail) is None


def test_a_deleted_invitation_is_not_mailed(invitation):
    Invitation.objects.all().delete()
    assert composed(invitation.mail) is None


def test_a_row_of_another_organization_gets_nothing(invitation):
    OutboxMail.objects.update(organization="xyz789")
    assert composed(invitation.mail) is None


def test_an_attempt_is_numbered(invitation):
    # Whoever sends counts an attempt before the message is made.
    OutboxMail.objects.update(attempts=3)
    assert composed(invitation.mail).labels["attempt"] == "3"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Harbour pumps", "Harbour pumps"),
        ("  Harbour \n pumps\t", "Harbour pumps"),
        ("Win at http://evil.example", ""),
        ("WWW.evil.example", ""),
        ("http:\n//evil.example", "http: //evil.example"),
        ("Pumps\r\nBcc: all@example.com", "Pumps Bcc: all@example.com"),
        ("P" * 81, "P" * 80),
        ("right\u202eleft", "right left"),
    ],
)
def test_names_are_one_short_line_without_addresses(name, shown):
    assert letters.presentable(name) == shown


def test_names_are_data(invitation, organization):
    organization.name = 'Tom & "Jerry" <b>{link}</b>'
    organization.save()
    Invitation.objects.update(inviter_name="www.evil.example")
    message = composed(invitation.mail)
    assert "<b>" not in message.html
    assert "Tom &amp; &quot;Jerry&quot; &lt;b&gt;{link}&lt;/b&gt;" in message.html
    assert message.subject == 'Invitation to Tom & "Jerry" <b>{link}</b>'
    assert "evil" not in message.text + message.html
    organization.name = "See http://evil.example"
    organization.save()
    assert composed(invitation.mail).subject == "Invitation to organization abc123"


def test_a_role_that_is_gone_is_named_as_what_it_gives(invitation):
    Invitation.objects.update(role="wizard")
    assert "as Reader" in composed(invitation.mail).text


def test_ones_own_wording(invitation, organization):
    own = {"subject": "Come to {organization}", "body": "Moin!\n\n{link}\nYours, <{inviter}>"}
    MailTemplate.objects.create(organization=organization, kind="invitation", **own)
    message = composed(invitation.mail)
    assert message.subject == "Come to Harbour pumps"
    assert message.text.startswith("Moin!\n\nhttp")
    assert "<p>Moin!</p>" in message.html
    assert "Yours, &lt;Owner (owner@example.com)&gt;" in message.html
    assert "until 6 May 2026" in message.text
    assert "ignore it" in message.text


class TestWhatMayBeWritten:
    def test_the_original_may(self):
        assert check_subject(ORIGINAL.subject) == ORIGINAL.subject
        assert check_body(ORIGINAL.body) == ORIGINAL.body

    def test_lines_end_as_everywhere(self):
        assert check_body(" Moin!\r\n\r\n{link}\r ") == "Moin!\n\n{link}"

    @pytest.mark.parametrize(
        "written",
        ["Bonjour\u00a0!", "10\u202f%", "👩\u200d🔧", "\u0646\u200c\u0645", "Ver\u00adein", "\u05d0\u200f", "a\tb"],
    )
    def test_letters_of_every_script_may(self, written):
        assert written in check_body(f"x{written}x {{link}}")
        assert written in check_subject(f"x{written}x")

    @pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x85", "\u2028", "\u202e", "\u2066", "\ud800"])
    def test_what_turns_a_text_around_or_ends_a_line_may_not(self, letter):
        with pytest.raises(ValidationError, match="control character"):
            check_body(f"x{letter}x {{link}}")
        with pytest.raises(ValidationError, match="single line"):
            check_subject(f"x{letter}x")

    @pytest.mark.parametrize(
        ("subject", "words"),
        [
            ("", "required"),
            ("two\nlines", "single line"),
            ("a\x00b", "single line"),
            ("Open {link}", "not into the subject"),
            ("see http://evil.example", "://"),
            ("see WWW.evil.example", "WWW."),
            ("for {somebody}", "no placeholder {somebody}"),
            ("x" * 201, "At most 200"),
        ],
    )
    def test_subjects_that_are_refused(self, subject, words):
        with pytest.raises(ValidationError, match=re.escape(words)):
            check_subject(subject)

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ("", "required"),
            ("Moin!", "must contain {link}"),
            ("{link} or ftp://evil.example", "://"),
            ("{link} or www.evil.example", "www."),
            ("{link} {0}", "no placeholder {0}"),
            ("{link} {}", "no placeholder {}"),
            ("{link} {organization.pk}", "brace stands alone"),
            ("{link} }", "brace stands alone"),
            ("{link}\x07", "control character"),
            ("{link}" + "x" * 5000, "At most 5000"),
        ],
    )
    def test_texts_that_are_refused(self, body, words):
        with pytest.raises(ValidationError, match=re.escape(words)):
            check_body(body)


@pytest.mark.parametrize(
    ("url", "debug", "problem"),
    [
        ("https://iot.example.com", False, None),
        ("http://127.0.0.1:8000", False, None),
        ("http://localhost:8000", False, None),
        ("http://[::1]:8000", False, None),
        ("http://iot.example.com", True, None),
        ("http://iot.example.com", False, "organizations.E002"),
        ("http://127.0.0.1.example.com", False, "organizations.E002"),
        ("iot.example.com", False, "organizations.E001"),
        ("javascript://iot.example.com", False, "organizations.E001"),
        ("https://iot.example.com/?next=", False, "organizations.E001"),
        ("https://[iot", False, "organizations.E001"),
        ("", False, "organizations.E001"),
    ],
)
def test_links_need_https(settings, url, debug, problem):
    settings.PUBLIC_URL, settings.DEBUG = url, debug
    found = [each.id for each in run_checks() if each.id and each.id.startswith("organizations.")]
    assert found == ([problem] if problem else [])
