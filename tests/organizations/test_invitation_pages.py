"""The Invitations tab: what it shows to whom, and what its forms do."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iotdash.organizations.invitations import services, tokens
from iotdash.organizations.models import Invitation
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Availability
from tests.organizations.invitation_world import as_sent

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
URL = "/abc123/members/invitations/"
State = OutboxMail.State


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def invite(transport, source, membership):
    return lambda email, role="reader", **more: services.invite(source, membership, email, role, **more)


def text_of(response) -> str:
    """Without markup, so that a sentence is found whatever is emphasised in it."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def listed(response) -> list[str]:
    return [row.invitation.email for row in response.context["rows"]]


def of(invitation: Invitation, action: str) -> str:
    return f"{URL}{invitation.pk}/{action}/"


class TestTheList:
    def test_newest_first_and_only_ones_own(self, invite, owner_client, clock, source, other_owner, other_organization):
        for name in "abc":
            clock.shift(1)
            invite(f"{name}@example.com")
        elsewhere = other_organization.memberships.get(user=other_owner)
        services.invite(source, elsewhere, "elsewhere@example.com", "reader")
        assert listed(owner_client.get(URL)) == ["c@example.com", "b@example.com", "a@example.com"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?q=AD", ["ada@example.com"]),
            ("?q=da", []),
            ("?state=pending", ["bob@example.com"]),
            ("?state=revoked", ["ada@example.com"]),
            ("?state=accepted", []),
            ("?mail=failed", ["bob@example.com"]),
            ("?mail=waiting", []),
        ],
    )
    def test_search_and_filters(self, invite, owner_client, source, membership, query, found):
        services.revoke(source, membership, invite("ada@example.com"))
        OutboxMail.objects.filter(pk=invite("bob@example.com").mail_id).update(state=State.FAILED, settled_at=NOON)
        assert listed(owner_client.get(URL + query)) == found

    @pytest.mark.parametrize("typed", ["ada@büch", "Ada@Bücher.example", "ADA@xn--b"])
    def test_a_domain_is_found_as_it_is_shown_and_in_ascii(self, invite, owner_client, typed):
        invite("Ada@Bücher.example")
        assert listed(owner_client.get(URL, {"q": typed})) == ["Ada@Bücher.example"]

    def test_what_expires_within_a_day(self, invitation, owner_client, clock):
        as_sent(invitation.mail)
        for hours, state in ((23, "pending"), (24, "ending"), (47, "ending"), (48, "expired")):
            clock.move_to(NOON + hours * HOUR)
            filtered = {each for each in ("ending", "expired") if listed(owner_client.get(f"{URL}?state={each}"))}
            assert filtered == {state} - {"pending"}

    @pytest.mark.parametrize("query", ["?state=lost", "?unknown=1", "?cursor=x", "?size=7"])
    def test_what_the_list_does_not_have(self, owner_client, organization, query):
        assert owner_client.get(URL + query).status_code == 400

    def test_pages_of_fifty(self, invite, owner_client, settings, clock):
        for number in range(51):
            clock.shift(1)
            invite(f"p{number}@example.com")
        first = owner_client.get(URL)
        assert len(listed(first)) == 50
        assert listed(owner_client.get(URL + first.context["next_url"])) == ["p0@example.com"]

    def test_as_many_queries_for_one_row_as_for_twenty(self, invite, owner_client, clock):
        asked = []
        for number in range(20):
            clock.shift(1)
            invite(f"p{number}@example.com")
            if number in (0, 19):
                owner_client.get(URL)
                with CaptureQueriesContext(connection) as queries:
                    owner_client.get(URL)
                asked.append(len(queries))
        assert asked[0] == asked[1] <= 9

    @pytest.mark.parametrize("who", ["developer", "analyst", "reader"])
    def test_only_for_those_who_invite(self, cast, client_of, organization, who):
        assert client_of(cast[who]).get(URL).status_code == 403

    @pytest.mark.parametrize(("who", "shown"), [("operator", True), ("developer", False), ("reader", False)])
    def test_the_tabs_are_those_that_open(self, cast, client_of, organization, who, shown):
        page = client_of(cast[who]).get("/abc123/members/").content.decode()
        links = (URL, "/abc123/members/import/", f"{URL}invite/")
        assert [f'href="{url}"' in page for url in links] == [shown] * 3

    def test_an_operator_is_offered_nothing_above(self, invite, operator_client):
        high = invite("boss@example.com", "administrator")
        low = invite("new@example.com", "operator")
        page = operator_client.get(URL).content.decode()
        assert of(low, "revoke") in page
        assert of(high, "revoke") not in page
        assert "Only Administrators may change it" in page

    def test_the_link_is_on_no_page(self, invitation, owner_client):
        assert tokens.token_of(invitation) not in owner_client.get(URL).content.decode()

    def test_nothing_yet(self, owner_client, transport, organization):
        assert "Nobody was invited yet" in text_of(owner_client.get(URL))


class TestWhatBecameOfTheMessage:
    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({}, "Queued"),
            ({"next_attempt_at": NOON + 2 * HOUR, "detail": "451 later"}, "Queued 451 later Next attempt in 2 h"),
            ({"state": State.WAITING, "detail": "Refused."}, "Waiting Refused."),
            ({"state": State.FAILED, "settled_at": NOON, "detail": "550 no mailbox"}, "Failed 550 no mailbox"),
            ({"state": State.DELIVERED, "settled_at": NOON, "sent_at": NOON - HOUR}, "Delivered 1 h ago"),
            ({"state": State.DEFERRED, "settled_at": NOON, "sent_at": NOON}, "Deferred just now"),
            ({"state": State.WITHDRAWN, "settled_at": NOON}, "None on its way"),
        ],
    )
    def test_it_is_shown_with_its_reason(self, invitation, owner_client, fields, words):
        OutboxMail.objects.update(**fields)
        assert words in text_of(owner_client.get(URL))

    def test_why_mail_waits_stands_once_above_the_rows(self, invitation, owner_client, transport):
        OutboxMail.objects.update(state=State.WAITING, detail="Post is paused.")
        transport.answer = Availability(offered=True, ready=False, sentence="Post is paused.")
        page = text_of(owner_client.get(URL))
        assert page.count("Post is paused.") == 1
        assert "Waiting for the mail service, see above" in page

    def test_the_lifetime_of_a_link_that_was_not_sent_has_not_begun(self, invitation, owner_client, clock):
        clock.move_to(NOON + 100 * HOUR)
        assert "Pending 48 hours from sending" in text_of(owner_client.get(URL))
        as_sent(invitation.mail)
        assert "Pending until 10 May 2026, 16:00" in text_of(owner_client.get(URL))

    @pytest.mark.parametrize(
        ("fields", "minutes", "polls"),
        [
            ({}, 0, True),
            ({}, 11, False),
            ({"next_attempt_at": NOON + HOUR}, 0, False),
            ({"state": State.WAITING}, 0, False),
            ({"state": State.SENT, "settled_at": NOON, "sent_at": NOON}, 0, False),
        ],
    )
    def test_the_page_asks_only_while_something_moves(self, invitation, owner_client, clock, fields, minutes, polls):
        OutboxMail.objects.update(**fields)
        clock.shift(60 * minutes)
        part = '<div id="invitation-progress" hx-get='
        assert (part in owner_client.get(URL).content.decode()) is polls

    def test_the_answer_to_a_poll_is_the_moving_parts(self, invitation, owner_client):
        headers = {"HX-Request": "true", "HX-Target": "invitation-progress"}
        part = owner_client.get(URL, headers=headers).content.decode()
        assert f'id="message-{invitation.pk}" hx-swap-oob="true"' in part
        assert f'id="state-{invitation.pk}" hx-swap-oob="true"' in part
        assert "<table" not in part

    def test_mail_that_begins_to_wait_meanwhile_is_explained_above(self, invitation, owner_client, transport):
        transport.answer = Availability(offered=True, ready=False, sentence="Post is paused.")
        headers = {"HX-Request": "true", "HX-Target": "invitation-progress"}
        part = owner_client.get(URL, headers=headers).content.decode()
        assert "Post is paused." in part.partition('id="mail-service" hx-swap-oob="true"')[2]
        assert 'id="mail-service"' in owner_client.get(URL).content.decode()


class TestWithoutMail:
    def test_it_is_explained_and_nobody_can_be_invited(self, transport, owner_client, operator_client, organization):
        transport.answer = Availability(False, False, "Add the mail extension.", "/abc123/extensions/add/mail/")
        for url in (URL, f"{URL}invite/"):
            told = owner_client.get(url).content.decode()
            assert "Add the mail extension." in told
            assert 'href="/abc123/extensions/add/mail/"' in told
            told = operator_client.get(url).content.decode()
            assert "/abc123/extensions/add/mail/" not in told
            assert "Ask an administrator of Harbour pumps" in told
        assert f'href="{URL}invite/"' not in owner_client.get(URL).content.decode()
        assert owner_client.post(f"{URL}invite/", {"email": "new@example.com", "role": "reader"}).status_code == 422
        assert not Invitation.objects.exists()

    def test_mail_that_will_wait_is_announced(self, transport, owner_client, organization):
        transport.answer = Availability(True, False, "The password was refused.", "/abc123/extensions/7/")
        page = owner_client.get(f"{URL}invite/")
        assert "Mail is waiting The password was refused." in text_of(page)
        done = owner_client.post(f"{URL}invite/", {"email": "new@example.com", "role": "reader"})
        assert done.status_code == 302

    def test_the_daily_limit_is_announced(self, invitation, owner_client, settings):
        settings.IOTDASH_INVITATIONS_PER_DAY = 1
        assert "There is room again on 5 May 2026, 12:00 UTC" in text_of(owner_client.get(URL))
        refused = owner_client.post(f"{URL}invite/", {"email": "b@example.com", "role": "reader"})
        assert refused.status_code == 422
        assert "There is room again on 5 May 2026, 12:00 UTC" in text_of(refused)


class TestInviting:
    def test_the_form(self, transport, owner_client, organization):
        typed = {"email": "Ada@example.com", "role": "developer", "last_day": "2026-12-31"}
        done = owner_client.post(f"{URL}invite/", typed, follow=True)
        assert "Ada@example.com is invited as Developer." in text_of(done)
        invitation = Invitation.objects.get()
        assert invitation.member_expires_at == dt.datetime(2027, 1, 1, tzinfo=dt.UTC)

    def test_the_last_day_ends_in_ones_own_zone(self, transport, owner, owner_client, organization):
        type(owner).objects.update(time_zone="America/New_York")
        owner_client.post(f"{URL}invite/", {"email": "a@example.com", "role": "reader", "last_day": "2026-05-04"})
        assert Invitation.objects.get().member_expires_at == dt.datetime(2026, 5, 5, 4, tzinfo=dt.UTC)

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"email": "ada"}, "valid email address"),
            ({"email": ""}, "required"),
            ({"role": "emperor"}, "Select a valid choice"),
            ({"role": ""}, "required"),
            ({"last_day": "2026-05-03"}, "has passed"),
            ({"last_day": "9999-12-31"}, "earlier date"),
            ({"last_day": "soon"}, "valid date"),
            ({"email": "owner@example.com"}, "is a member already"),
        ],
    )
    def test_what_is_refused(self, transport, owner_client, organization, typed, words):
        response = owner_client.post(f"{URL}invite/", {"email": "ada@example.com", "role": "reader"} | typed)
        assert response.status_code == 422
        assert words in text_of(response)
        assert not OutboxMail.objects.exists()

    def test_an_operator_is_offered_roles_up_to_ones_own(self, transport, operator_client, organization):
        form = operator_client.get(f"{URL}invite/").context["form"]
        assert [value for value, _ in form.fields["role"].choices] == ["reader", "analyst", "developer", "operator"]
        refused = operator_client.post(f"{URL}invite/", {"email": "ada@example.com", "role": "administrator"})
        assert refused.status_code == 422

    def test_in_the_dialog_the_page_changes_when_it_is_done(self, transport, owner_client, organization):
        headers = {"HX-Request": "true", "HX-Target": "dialog-body"}
        refused = owner_client.post(f"{URL}invite/", {"email": "x", "role": "reader"}, headers=headers)
        assert (refused.status_code, b"<html" in refused.content) == (422, False)
        done = owner_client.post(f"{URL}invite/", {"email": "ada@example.com", "role": "reader"}, headers=headers)
        assert done["HX-Redirect"] == URL


class TestOneInvitation:
    def test_resend_goes_back_to_the_list_as_it_was(self, invitation, owner_client, clock):
        clock.shift(61)
        done = owner_client.post(f"{of(invitation, 'resend')}?state=pending&q=new")
        assert done["Location"] == f"{URL}?state=pending&q=new"
        assert Invitation.objects.get().token_version == 2

    def test_a_refusal_is_told(self, invitation, owner_client):
        told = owner_client.post(of(invitation, "resend"), follow=True)
        assert "was sent a moment ago. Try again in 61 seconds." in text_of(told)

    @pytest.mark.parametrize("action", ["revoke", "delete", "link"])
    def test_nothing_happens_on_get(self, invitation, owner_client, action):
        before = Invitation.objects.values().get()
        page = owner_client.get(of(invitation, action))
        assert page.status_code == 200
        assert tokens.token_of(invitation, by_hand=True) not in page.content.decode()
        assert Invitation.objects.values().get() == before

    def test_resend_is_no_link(self, invitation, owner_client):
        assert owner_client.get(of(invitation, "resend")).status_code == 405

    def test_revoke(self, invitation, owner_client):
        told = owner_client.post(of(invitation, "revoke"), follow=True)
        assert "The invitation of new@example.com is revoked." in text_of(told)
        assert Invitation.objects.get().state == "revoked"

    def test_delete_an_open_one_is_refused(self, invitation, owner_client):
        response = owner_client.post(of(invitation, "delete"))
        assert response.status_code == 422
        assert "Revoke it first" in text_of(response)

    def test_delete(self, invitation, owner_client):
        Invitation.objects.update(status="revoked")
        owner_client.post(of(invitation, "delete"))
        assert not Invitation.objects.exists()

    def test_the_link_is_shown_once_and_not_kept_by_anybody(self, invitation, owner_client):
        shown = owner_client.post(of(invitation, "link"))
        link = tokens.link_of(invitation, by_hand=True)
        assert link in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]
        assert link not in owner_client.get(of(invitation, "link")).content.decode()
        assert "link copied by owner@example.com" in text_of(owner_client.get(URL))

    def test_no_link_of_a_revoked_one(self, invitation, owner_client):
        Invitation.objects.update(status="revoked")
        response = owner_client.post(of(invitation, "link"))
        assert response.status_code == 422
        assert "Invite the address again" in text_of(response)

    @pytest.mark.parametrize("action", ["revoke", "delete", "link", "resend"])
    def test_not_above_ones_role(self, invite, operator_client, action):
        high = invite("boss@example.com", "administrator")
        assert operator_client.post(of(high, action)).status_code == 403
        assert Invitation.objects.get().state == "pending"

    @pytest.mark.parametrize("action", ["revoke", "delete", "link", "resend"])
    def test_another_organization_does_not_find_it(self, invitation, other_owner_client, action):
        url = of(invitation, action)
        assert other_owner_client.post(url).status_code == 404
        assert other_owner_client.post(url.replace("abc123", "xyz789")).status_code == 404


class TestTheCard:
    def test_counts_that_lead_to_the_list(self, invite, owner_client, clock):
        as_sent(invite("a@example.com").mail)
        OutboxMail.objects.filter(pk=invite("b@example.com").mail_id).update(state=State.WAITING)
        OutboxMail.objects.filter(pk=invite("c@example.com").mail_id).update(state=State.FAILED, settled_at=NOON)
        clock.move_to(NOON + 30 * HOUR)
        page = owner_client.get("/abc123/").content.decode()
        for query in re.findall(rf'href="{URL}(\?[^"]+)"', page):
            figure = {"?state=pending": 3, "?mail=waiting": 1, "?mail=failed": 1, "?state=ending": 2}.pop(query)
            assert len(listed(owner_client.get(URL + query))) == figure

    @pytest.mark.parametrize(("who", "shown"), [("operator", True), ("developer", False), ("reader", False)])
    def test_for_those_who_invite(self, cast, client_of, organization, who, shown):
        assert (f"{URL}?state=pending" in client_of(cast[who]).get("/abc123/").content.decode()) is shown
