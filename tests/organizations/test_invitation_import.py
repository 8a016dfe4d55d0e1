"""Inviting from a CSV file: reading it, judging each row, doing it once, telling what became of it."""

import csv
import datetime as dt
import io
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from iotdash.audit.models import ActivityEntry
from iotdash.lib.tables import harmless
from iotdash.organizations.authorization import NotAllowed
from iotdash.organizations.invitations import services as one_by_one
from iotdash.organizations.invitations.importing import services
from iotdash.organizations.invitations.importing.columns import Columns, NotADate, expiry_of
from iotdash.organizations.invitations.importing.files import FileRefused, guess_separator, lines_of, text_of
from iotdash.organizations.models import Invitation, MemberImport
from iotdash.runtime import sweep
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Availability
from tests.cast import MembershipFactory, UserFactory

pytestmark = pytest.mark.slow

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
URL = "/abc123/members/import/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def upload(transport, owner_client, organization):
    """upload("a@example.com,…") gives the response to the file."""

    def upload(content: str | bytes, name: str = "people.csv", client=owner_client):
        raw = content.encode() if isinstance(content, str) else content
        return client.post(URL, {"file": SimpleUploadedFile(name, raw, "text/csv")})

    return upload


@pytest.fixture
def preview(upload, owner_client):
    """preview("a@example.com,…") is the page with its rows."""
    return lambda content: owner_client.get(upload(content)["Location"])


def outcomes(response) -> list[tuple]:
    return [(row.number, row.email, str(row.role), str(row.outcome)) for row in response.context["rows"]]


def confirm(client, page, **changes):
    url = f"{URL}{page.context['import'].public_id}/confirm/"
    return client.post(url, {"seen": page.context["seen"]} | changes, follow=True)


def text_of_page(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


class TestReadingFiles:
    @pytest.mark.parametrize(
        "raw",
        ["a@example.com,reader\nb@example.com,reader\n", "a@example.com,reader\r\nb@example.com,reader",
         "\ufeffa@example.com,reader\nb@example.com,reader", "a@example.com,reader\rb@example.com,reader",
         '\n\n"a@example.com" ,reader\n,,\n"b@example.com","reader"\n'],
    )  # fmt: skip
    def test_line_ends_and_marks(self, raw):
        raw = raw.replace('" ,', '",')
        lines = lines_of(text_of(raw.encode()), ",")
        assert [line.cells[:2] for line in lines] == [("a@example.com", "reader"), ("b@example.com", "reader")]

    def test_quoted_cells(self):
        [line] = lines_of('"Ada ""Countess"" Lovelace,\nLondon",ada@example.com', ",")
        assert line.cells == ('Ada "Countess" Lovelace,\nLondon', "ada@example.com")

    def test_lines_are_numbered_as_an_editor_does(self):
        assert [line.number for line in lines_of('a\n"b\nb"\n\nc', ",")] == [1, 2, 5]

    @pytest.mark.parametrize(
        ("text", "separator"),
        [("a,b", ","), ("a;b", ";"), ("a;b,c;d", ";"), ("a", ","), ('"a,b";c', ";"), ("a@x.org,1;2", ",")],
    )
    def test_the_separator_is_guessed(self, text, separator):
        assert guess_separator(text) == separator

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"", "empty"),
            (b" \n \n", "empty"),
            (b'\xef\xbb\xbf"", ;\n;,\n', "empty"),
            (b"PK\x03\x04\x00\x00", "not a CSV file"),
            ("a@example.com".encode("utf-16"), "not a CSV file"),
            ("\na@example.com,Müller".encode("latin-1"), "Line 2 is not in UTF-8"),
            (b"x" * 1_000_001, "larger than 1 MB"),
        ],
    )
    def test_what_is_no_csv_file(self, raw, words):
        with pytest.raises(FileRefused, match=words):
            text_of(raw)

    @pytest.mark.parametrize(
        ("text", "words"),
        [('a\nb,"c', "Line 2 cannot be read"), ('"a"b,c', "Line 1"), (",".join("x" * 51), "51 columns"),
         (f'"{"x" * 200_000}"', "Line 1")],
    )  # fmt: skip
    def test_what_cannot_be_read(self, text, words):
        with pytest.raises(FileRefused, match=words):
            lines_of(text, ",")


class TestGuessingColumns:
    @pytest.mark.parametrize(
        ("text", "columns"),
        [
            ("user1@sample.com,PD_DEVELOPER_USER,2027-03-13", Columns(",", 1, 2, 3)),
            ("user1@sample.com;PD_DEVELOPER_USER;1804896000000", Columns(";", 1, 2, 3)),
            ("name,until,mail,role\nAda,2027-03-13,ada@example.com,Operator", Columns(",", 3, 4, 2)),
            ("ada@example.com", Columns(",", 1)),
            ("ada,bob", Columns(",", 1)),
        ],
    )
    def test_by_what_stands_in_them(self, text, columns):
        assert Columns.guess(text) == columns


class TestDates:
    @pytest.mark.parametrize(
        ("cell", "moment"),
        [
            ("", None),
            ("2027-03-13", dt.datetime(2027, 3, 14, tzinfo=dt.UTC)),
            ("1804896000000", dt.datetime(2027, 3, 13, tzinfo=dt.UTC)),
            ("2027-03-13T10:00:00Z", dt.datetime(2027, 3, 13, 10, tzinfo=dt.UTC)),
            ("2027-03-13 10:00", dt.datetime(2027, 3, 13, 10, tzinfo=dt.UTC)),
        ],
    )
    def test_both_ways_of_the_platform(self, cell, moment):
        assert expiry_of(cell) == moment

    @pytest.mark.parametrize("cell", ["soon", "13.03.2027", "2027-02-30", "1804896000", "9" * 15, "9999-12-31", "-1"])
    def test_what_is_no_date(self, cell):
        with pytest.raises(NotADate):
            expiry_of(cell)

    @pytest.mark.parametrize("cell", ["9999-12-31", "253402300799000", "9999-12-31T23:59:59Z"])
    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
    def test_the_end_of_the_calendar_is_too_late_everywhere(self, preview, owner, owner_client, zone, cell):
        owner.time_zone = zone
        owner.save()
        page = preview(f"ada@example.com,reader,{cell}")
        assert outcomes(page) == [(1, "ada@example.com", "reader", "bad date")]
        assert "is too far ahead. Leave it empty for a membership without end." in text_of_page(page)


class TestThePreview:
    def test_what_becomes_of_each_row(self, preview, organization, invitation):
        MembershipFactory(organization=organization, user=UserFactory(email="member@example.com"))
        page = preview(
            "email,role,until\n"
            "ada@example.com,PD_OPERATOR_USER,2027-03-13\n"
            "bob@example.com,wizard,\n"
            "carl@example.com,,\n"
            "Member@example.com,Reader,\n"
            "new@example.com,Reader,\n"
            "nobody,Reader,\n"
            ",Reader,\n"
            "dora@example.com,Reader,soon\n"
            "emil@example.com,Reader,2020-01-01\n"
            "ADA@example.com,Reader,\n"
        )
        assert outcomes(page) == [
            (2, "ada@example.com", "operator", "new"),
            (3, "bob@example.com", "reader", "new"),
            (4, "carl@example.com", "reader", "new"),
            (5, "Member@example.com", "reader", "already a member"),
            (6, "new@example.com", "reader", "already invited"),
            (7, "nobody", "reader", "invalid address"),
            (8, "", "reader", "invalid address"),
            (9, "dora@example.com", "reader", "bad date"),
            (10, "emil@example.com", "reader", "bad date"),
            (11, "ADA@example.com", "reader", "duplicate in file"),
        ]
        text = text_of_page(page)
        assert "Headings, left out: email · role · until" in text
        assert "The role “wizard” is not known: Reader instead." in text
        assert "The address stands in line 2 already." in text
        assert "“2020-01-01” has passed." in text
        assert "Invite 3 people" in text

    def test_nothing_is_sent_before(self, preview):
        preview("ada@example.com")
        assert not Invitation.objects.exists()
        assert not OutboxMail.objects.exists()

    def test_a_first_row_with_an_address_is_no_heading(self, preview):
        assert [row[1] for row in outcomes(preview("ada@example.com\nbob@example.com"))] == [
            "ada@example.com",
            "bob@example.com",
        ]

    def test_an_operator_does_not_import_administrators(self, upload, operator_client):
        page = operator_client.get(upload("ada@example.com,PD_ADMIN_USER", client=operator_client)["Location"])
        assert outcomes(page) == [(1, "ada@example.com", "administrator", "above your own role")]
        confirm(operator_client, page)
        assert not Invitation.objects.exists()

    def test_an_expired_invitation_is_new(self, preview, invitation, clock):
        OutboxMail.objects.update(state="sent", sent_at=NOON, settled_at=NOON)
        clock.shift(48 * 3600)
        assert outcomes(preview("new@example.com")) == [(1, "new@example.com", "reader", "new")]

    def test_the_columns_are_ones_choice(self, preview, owner_client):
        page = preview("Ada;ada@example.com;bob@example.com;Analyst")
        url = f"{URL}{page.context['import'].public_id}/"
        chosen = {"separator": ";", "email": "3", "role": "0", "expiry": "0", "default_role": "operator"}
        again = owner_client.post(url, chosen, follow=True)
        assert outcomes(again) == [(1, "bob@example.com", "operator", "new")]
        by_comma = owner_client.post(url, chosen | {"separator": ",", "email": "1"}, follow=True)
        assert outcomes(by_comma)[0][2:] == ("operator", "invalid address")

    def test_a_file_of_headings_only(self, preview):
        assert "The file holds nothing but its headings" in text_of_page(preview("email,role"))

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"email": "3", "role": "3"}, "choose different ones"),
            ({"email": "9"}, "Select a valid choice"),
            ({"separator": "|"}, "Select a valid choice"),
            ({"default_role": "emperor"}, "Select a valid choice"),
        ],
    )
    def test_columns_that_are_refused(self, preview, owner_client, change, words):
        page = preview("Ada;ada@example.com;Analyst")
        chosen = {"separator": ";", "email": "2", "role": "3", "expiry": "0", "default_role": "reader"}
        refused = owner_client.post(f"{URL}{page.context['import'].public_id}/", chosen | change)
        assert refused.status_code == 422
        assert words in text_of_page(refused)
        assert MemberImport.objects.get().options == page.context["import"].options

    def test_a_separator_by_which_the_file_cannot_be_read(self, preview, owner_client):
        page = preview('"ada@example.com";Reader')
        chosen = {"separator": ",", "email": "1", "role": "0", "expiry": "0", "default_role": "reader"}
        refused = owner_client.post(f"{URL}{page.context['import'].public_id}/", chosen)
        assert refused.status_code == 422
        assert "cannot be read" in text_of_page(refused)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("", "empty"),
            (b"\x89PNG\r\n\x1a\n\x00", "not a CSV file"),
            (b"a@example.com,M\xfcller", "not in UTF-8"),
            ("\n".join(f"p{number}@example.com" for number in range(201)), "201 rows"),
            ("x" * 1_700_000, "larger than 1 MB"),
        ],
    )
    def test_files_that_are_refused(self, upload, content, words):
        refused = upload(content)
        assert refused.status_code == 422
        assert words in text_of_page(refused)
        assert not MemberImport.objects.exists()

    def test_two_hundred_rows_below_headings(self, preview):
        rows = "\n".join(["email", *(f"p{number}@example.com" for number in range(200))])
        assert len(outcomes(preview(rows))) == 200

    def test_two_hundred_rows_by_any_separator(self, preview, owner_client):
        rows = "\n".join(f'p{number}@example.com,"Ada\n;Ada"' for number in range(150))
        page = preview(rows)
        chosen = {"separator": ";", "email": "1", "role": "0", "expiry": "0", "default_role": "reader"}
        refused = owner_client.post(f"{URL}{page.context['import'].public_id}/", chosen)
        assert refused.status_code == 422
        assert "300 rows; at most 200" in text_of_page(refused)
        assert len(outcomes(refused)) == 150

    def test_no_file(self, transport, owner_client, organization):
        assert owner_client.post(URL, {}).status_code == 422


class TestConfirming:
    def test_people_are_invited_and_every_row_is_told(self, preview, owner_client, organization):
        page = preview("ada@example.com,PD_OPERATOR_USER,2027-03-13\nnobody@@example.com,x\nbob@example.com,wizard")
        told = text_of_page(confirm(owner_client, page))
        assert "2 invited, 1 left out" in told
        ada, bob = Invitation.objects.order_by("email")
        assert (ada.role, ada.member_expires_at) == ("operator", dt.datetime(2027, 3, 14, tzinfo=dt.UTC))
        assert (bob.role, bob.invited_by) == ("reader", "owner@example.com")
        assert OutboxMail.objects.count() == 2
        kept = MemberImport.objects.get()
        assert (kept.text, kept.confirmed_at) == ("", NOON)
        assert [row["outcome"] for row in kept.results] == ["invited", "invalid address", "invited"]
        assert "The role “wizard” is not known: Reader instead." in told
        assert ActivityEntry.objects.filter(action="person invited", details__file="people.csv").count() == 2
        assert ActivityEntry.objects.get(action="members imported").details == {"invited": 2, "left_out": 1}

    def test_twice_is_once(self, preview, owner_client):
        page = preview("ada@example.com")
        confirm(owner_client, page)
        again = confirm(owner_client, page)
        assert "1 invited, 0 left out" in text_of_page(again)
        assert Invitation.objects.count() == OutboxMail.objects.count() == 1
        assert ActivityEntry.objects.filter(action="members imported").count() == 1

    def test_what_changed_since_the_preview_counts(self, preview, owner_client, source, membership):
        page = preview("ada@example.com\nbob@example.com")
        one_by_one.invite(source, membership, "ada@example.com", "analyst")
        confirm(owner_client, page)
        assert [row["outcome"] for row in MemberImport.objects.get().results] == ["already invited", "invited"]
        assert Invitation.objects.get(email="ada@example.com").role == "analyst"

    def test_the_role_counts_that_one_has_when_it_is_done(self, preview, owner_client, owner, organization):
        page = preview("ada@example.com,Administrator\nbob@example.com,Operator")
        MembershipFactory(organization=organization, role="administrator")
        organization.memberships.filter(user=owner).update(role="operator")
        confirm(owner_client, page)
        assert [row["outcome"] for row in MemberImport.objects.get().results] == ["above your own role", "invited"]

    @pytest.mark.parametrize("change", [{"role": "developer"}, {"blocked_at": NOON}, {"expires_at": NOON}])
    def test_who_may_invite_no_more_confirms_nothing(self, upload, source, membership, organization, change):
        upload("ada@example.com")
        found = MemberImport.objects.get()
        organization.memberships.filter(pk=membership.pk).update(**change)
        with pytest.raises(NotAllowed):
            services.confirm(source, membership, found, services.seen_as(found))
        assert not Invitation.objects.exists()

    def test_columns_changed_by_somebody_else_are_not_confirmed(self, preview, owner_client):
        page = preview("ada@example.com,bob@example.com")
        services.change_columns(MemberImport.objects.get(), Columns(",", 2))
        told = confirm(owner_client, page)
        assert "The columns were changed meanwhile" in text_of_page(told)
        assert not Invitation.objects.exists()

    def test_the_daily_limit_in_the_middle(self, preview, owner_client, settings, source, membership, clock):
        settings.IOTDASH_INVITATIONS_PER_DAY = 3
        one_by_one.invite(source, membership, "first@example.com", "reader")
        clock.shift(3600)
        page = preview("a@example.com\nnobody\nb@example.com\nc@example.com")
        words = "There is room again on 5 May 2026, 12:00 UTC."
        assert words in text_of_page(page)
        told = text_of_page(confirm(owner_client, page))
        assert "2 invited, 2 left out" in told
        assert words in told
        assert not Invitation.objects.filter(email="c@example.com").exists()
        assert OutboxMail.objects.count() == 3

    def test_without_a_mail_service_nothing_happens(self, preview, owner_client, transport):
        page = preview("ada@example.com")
        transport.answer = Availability(False, False, "It was removed.")
        told = confirm(owner_client, page)
        assert "It was removed." in text_of_page(told)
        assert MemberImport.objects.get().confirmed_at is None
        assert not Invitation.objects.exists()

    def test_an_expired_invitation_is_made_anew(self, preview, owner_client, invitation, clock):
        OutboxMail.objects.update(state="sent", sent_at=NOON, settled_at=NOON)
        clock.shift(48 * 3600)
        confirm(owner_client, preview("new@example.com"))
        assert Invitation.objects.get().token_version == 2


class TestResults:
    @pytest.mark.parametrize("cell", ["=1+1", "+49", "-1", "@sum", "\t=1", "\r=1"])
    def test_formulas_are_made_harmless(self, cell):
        assert harmless(cell) == f"'{cell}"

    @pytest.mark.parametrize("cell", ["ada@example.com", "", "a=b", "'x"])
    def test_other_cells_stay(self, cell):
        assert harmless(cell) == cell

    def test_the_download(self, preview, owner_client):
        page = preview('"+ada@example.com",wizard,2027-03-13\n"=cmd|calc"')
        confirm(owner_client, page)
        response = owner_client.get(f"{URL}{page.context['import'].public_id}/results.csv")
        assert response["Content-Disposition"] == 'attachment; filename="people-results.csv"'
        rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
        assert rows == [
            ["line", "email", "role", "membership ends", "outcome", "remark"],
            ["1", "'+ada@example.com", "Reader", "2027-03-14T00:00:00+00:00", "invited", rows[1][5]],
            ["2", "'=cmd|calc", "Reader", "", "invalid address", "This is not an email address."],
        ]

    def test_none_before_it_is_confirmed(self, preview, owner_client):
        page = preview("ada@example.com")
        assert owner_client.get(f"{URL}{page.context['import'].public_id}/results.csv").status_code == 404


class TestWhoAndHowLong:
    @pytest.mark.parametrize("who", ["developer", "analyst", "reader"])
    def test_only_for_those_who_invite(self, cast, client_of, organization, who):
        assert client_of(cast[who]).get(URL).status_code == 403

    def test_another_organization_does_not_find_it(self, preview, other_owner_client):
        own = f"{URL}{preview('ada@example.com').context['import'].public_id}/".replace("abc123", "xyz789")
        for path in ("", "results.csv"):
            assert other_owner_client.get(own + path).status_code == 404
        assert other_owner_client.post(f"{own}confirm/").status_code == 404

    def test_it_is_forgotten_after_a_day_unless_confirmed(self, preview, owner_client, clock):
        confirm(owner_client, preview("ada@example.com"))
        page = preview("bob@example.com")
        clock.shift(24 * 3600 - 1)
        sweep.run()
        assert MemberImport.objects.count() == 2
        clock.shift(1)
        sweep.run()
        assert MemberImport.objects.get().confirmed_at == NOON
        told = owner_client.get(f"{URL}{page.context['import'].public_id}/")
        assert told.status_code == 404

    def test_the_tab_lists_the_latest(self, preview, owner_client):
        confirm(owner_client, preview("ada@example.com"))
        preview("bob@example.com")
        text = text_of_page(owner_client.get(URL))
        assert "Imported" in text
        assert "Not confirmed" in text

    def test_without_a_mail_service_there_is_no_upload(self, transport, owner_client, organization):
        transport.answer = Availability(False, False, "Add the mail extension.")
        page = owner_client.get(URL).content.decode()
        assert "Add the mail extension." in page
        assert 'type="file"' not in page
