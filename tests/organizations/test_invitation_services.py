"""Asking people to join, sending again, taking back: what holds afterwards and what is refused."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.authorization import NotAllowed
from iotdash.organizations.invitations import queries, services, tokens
from iotdash.organizations.invitations.errors import DailyLimitReached, InvitationRefused, MailNotOffered
from iotdash.organizations.models import Invitation
from iotdash.organizations.roles import Role
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Availability
from tests.cast import MembershipFactory, UserFactory
from tests.organizations.invitation_world import as_sent, composed, mails

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
State = OutboxMail.State


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def invite(transport, source, membership):
    """invite("new@example.com", "reader") by the owner."""
    return lambda email, role="reader", **more: services.invite(source, membership, email, role, **more)


def entries() -> list[tuple[str, str]]:
    return list(ActivityEntry.objects.order_by("pk").values_list("action", "target"))


class TestInviting:
    def test_a_pending_invitation_and_its_mail(
        self, invite, owner, organization, transport, django_capture_on_commit_callbacks
    ):
        ends = NOON + dt.timedelta(days=30)
        with django_capture_on_commit_callbacks(execute=True):
            invitation = invite(" Ada@Example.COM ", "developer", member_expires_at=ends)
        invitation.refresh_from_db()
        assert (invitation.email, invitation.email_normalized) == ("Ada@Example.COM", "ada@example.com")
        assert (invitation.role, invitation.member_expires_at, invitation.state) == ("developer", ends, "pending")
        assert (invitation.invited_by, invitation.inviter_name) == (owner.email, owner.name)
        assert invitation.send_count == 1
        [mail] = mails(organization)
        assert (mail.kind, mail.reference, mail.version) == ("invitation", str(invitation.pk), 1)
        assert invitation.mail == mail
        assert transport.woken == ["abc123"]
        assert entries()[-1] == ("person invited", "Ada@Example.COM")

    @pytest.mark.parametrize(
        "email",
        ["", "ada", "ada@", "@example.com", "a b@example.com", "ada@example.com\nBcc: all@example.com",
         "ada@ex ample.com", '"a\x0bb"@example.com', "ada@" + "x" * 250 + ".com", "ada@-example.com",
         '"ada"@example.com', "ada@[192.0.2.1]", "ada@localhost", "x" * 65 + "@example.com", "ada@☃.example"],
    )  # fmt: skip
    def test_what_is_no_address_is_refused(self, invite, email):
        with pytest.raises(ValidationError):
            invite(email)
        assert not Invitation.objects.exists()
        assert not OutboxMail.objects.exists()

    @pytest.mark.parametrize("typed", ["NEW@example.com", "new@EXAMPLE.com", " new@example.com"])
    def test_an_address_is_invited_once(self, invite, typed):
        invite("new@example.com")
        with pytest.raises(InvitationRefused, match="invited already"):
            invite(typed)
        assert Invitation.objects.count() == OutboxMail.objects.count() == 1

    def test_a_domain_has_two_spellings(self, invite):
        invite("new@bücher.example")
        with pytest.raises(InvitationRefused, match="invited already"):
            invite("new@xn--bcher-kva.example")

    @pytest.mark.parametrize(
        ("typed", "written"),
        [
            ("Ada@Straße.example", "Ada@xn--strae-oqa.example"),
            ("ada@βόλος.example", "ada@xn--nxasmm1c.example"),
            ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ],
    )
    def test_a_domain_is_written_by_the_rules_of_today(self, invite, typed, written):
        assert composed(invite(typed).mail).recipient == written

    def test_ss_is_another_domain(self, invite, organization):
        MembershipFactory(organization=organization, user=UserFactory(email="ada@strasse.example"))
        invite("ada@straße.example")

    @pytest.mark.parametrize("account", ["ada@straße.example", "ada@xn--strae-oqa.example"])
    def test_and_found_in_both(self, invite, organization, account):
        MembershipFactory(organization=organization, user=UserFactory(email=account))
        with pytest.raises(InvitationRefused, match="is a member already"):
            invite("ada@Straße.example")

    @pytest.mark.parametrize("account", ["ada@bücher.example", "ada@xn--bcher-kva.example"])
    def test_a_member_by_another_spelling_is_a_member(self, invite, organization, account):
        MembershipFactory(organization=organization, user=UserFactory(email=account))
        with pytest.raises(InvitationRefused, match="is a member already"):
            invite("Ada@Bücher.example")

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({}, "is a member already."),
            ({"blocked_at": NOON}, "Unblock the member"),
            ({"expires_at": NOON - HOUR}, "Change its expiry date"),
        ],
    )
    def test_a_member_is_not_invited(self, invite, organization, fields, words):
        MembershipFactory(organization=organization, user=UserFactory(email="ada@example.com"), **fields)
        with pytest.raises(InvitationRefused, match=words):
            invite("ada@example.com")
        assert not OutboxMail.objects.exists()

    def test_another_organization_may_invite_the_same_address(self, invite, source, other_owner, other_organization):
        invite("new@example.com")
        elsewhere = other_organization.memberships.get(user=other_owner)
        services.invite(source, elsewhere, "new@example.com", "reader")
        assert Invitation.objects.pending().count() == 2

    def test_without_a_mail_service_nobody_is_invited(self, invite, transport):
        transport.answer = Availability(offered=False, ready=False, sentence="Set up the Email extension.")
        with pytest.raises(MailNotOffered, match="Set up the Email extension"):
            invite("new@example.com")
        assert not Invitation.objects.exists()

    def test_a_mail_service_out_of_order_will_do(self, invite, transport):
        transport.answer = Availability(offered=True, ready=False, sentence="The password was refused.")
        assert invite("new@example.com").mail.state == State.QUEUED

    def test_an_expired_invitation_is_made_anew_in_its_place(self, invite, clock):
        first = invite("new@example.com", "developer")
        old = tokens.token_of(first)
        as_sent(first.mail)
        clock.move_to(NOON + 48 * HOUR)
        again = invite("New@example.com", "reader")
        assert again.pk == first.pk
        again.refresh_from_db()
        assert (again.role, again.state, again.send_count, again.created_at) == (
            "reader",
            "pending",
            1,
            NOON + 48 * HOUR,
        )
        assert tokens.read(old).version != again.token_version
        assert again.mail.version == again.token_version

    def test_mail_that_has_not_gone_out_keeps_its_invitation_open(self, invite, clock):
        invite("new@example.com")
        clock.move_to(NOON + 480 * HOUR)
        with pytest.raises(InvitationRefused, match="invited already"):
            invite("new@example.com")

    def test_after_acceptance_and_removal_one_can_be_invited_again(self, invite, invitation):
        Invitation.objects.update(status=Invitation.Status.ACCEPTED)
        assert invite("new@example.com").pk != invitation.pk


class TestRoles:
    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR])
    def test_nobody_invites_above_their_own_role(self, transport, source, operator, organization, role):
        actor = organization.memberships.get(user=operator)
        with pytest.raises(NotAllowed, match="Operators may not invite Administrators"):
            services.invite(source, actor, "new@example.com", role)
        assert services.invite(source, actor, "new@example.com", Role.OPERATOR).role == "operator"

    @pytest.mark.parametrize("who", ["developer", "analyst", "reader"])
    def test_lower_roles_invite_nobody(self, transport, source, cast, organization, who):
        actor = organization.memberships.get(user=cast[who])
        with pytest.raises(NotAllowed, match="manage invitations"):
            services.invite(source, actor, "new@example.com", Role.READER)

    @pytest.mark.parametrize(
        "change",
        [{"role": "reader"}, {"blocked_at": NOON}, {"expires_at": NOON}],
        ids=lambda change: next(iter(change)),
    )
    def test_the_role_counts_that_one_has_now(self, invite, membership, invitation, source, change):
        type(membership).objects.filter(pk=membership.pk).update(**change)
        for act in (services.resend, services.revoke, services.delete, services.copy_link):
            with pytest.raises(NotAllowed):
                act(source, membership, invitation)
        with pytest.raises(NotAllowed):
            invite("another@example.com")
        invitation.refresh_from_db()
        assert (invitation.state, invitation.send_count, invitation.copied_at) == ("pending", 1, None)

    @pytest.mark.parametrize("act", [services.resend, services.revoke, services.delete, services.copy_link])
    def test_an_operator_does_not_touch_the_invitation_of_an_administrator(
        self, invite, source, operator, organization, clock, act
    ):
        invitation = invite("new@example.com", "administrator")
        clock.shift(120)
        with pytest.raises(NotAllowed):
            act(source, organization.memberships.get(user=operator), invitation)
        invitation.refresh_from_db()
        assert (invitation.state, invitation.send_count, invitation.copied_at) == ("pending", 1, None)

    @pytest.mark.parametrize("act", [services.resend, services.revoke, services.delete, services.copy_link])
    def test_another_organization_has_no_such_invitation(
        self, invitation, source, other_owner, other_organization, act
    ):
        with pytest.raises(InvitationRefused, match="was deleted"):
            act(source, other_organization.memberships.get(user=other_owner), invitation)


class TestSendingAgain:
    def test_a_new_link_with_a_new_lifetime(self, invitation, source, membership, organization, clock):
        old = tokens.token_of(invitation)
        clock.move_to(NOON + HOUR)
        current = services.resend(source, membership, invitation)
        assert tokens.read(old).version < current.token_version
        assert (current.token_expires_at, current.send_count) == (NOON + 49 * HOUR, 2)
        first, second = mails(organization)
        assert (first.state, second.state, second.version) == (State.WITHDRAWN, State.QUEUED, 2)
        assert composed(first) is None
        assert composed(second)
        assert entries()[-1] == ("invitation renewed", "new@example.com")

    def test_an_expired_invitation_comes_back(self, invitation, source, membership, clock):
        as_sent(invitation.mail)
        clock.move_to(NOON + 100 * HOUR)
        assert services.resend(source, membership, invitation).state == "pending"

    def test_failed_mail_is_mended(self, invitation, source, membership, organization, clock):
        OutboxMail.objects.update(state=State.FAILED, settled_at=NOON, detail="550 no such mailbox")
        clock.shift(60)
        services.resend(source, membership, invitation)
        assert [mail.state for mail in mails(organization)] == [State.FAILED, State.QUEUED]

    def test_not_within_a_minute(self, invitation, source, membership, clock):
        clock.shift(59)
        with pytest.raises(InvitationRefused, match="Try again in 2 seconds"):
            services.resend(source, membership, invitation)
        clock.shift(1)
        services.resend(source, membership, invitation)

    def test_ten_sends_at_most(self, invitation, source, membership, clock):
        for _ in range(9):
            clock.shift(61)
            services.resend(source, membership, invitation)
        clock.shift(61)
        with pytest.raises(InvitationRefused, match="10 times"):
            services.resend(source, membership, invitation)
        assert Invitation.objects.get().send_count == OutboxMail.objects.count() == 10

    @pytest.mark.parametrize(("status", "words"), [("accepted", "accepted already"), ("revoked", "was revoked")])
    def test_only_what_is_open(self, invitation, source, membership, clock, status, words):
        Invitation.objects.update(status=status)
        clock.shift(61)
        with pytest.raises(InvitationRefused, match=words):
            services.resend(source, membership, invitation)

    def test_not_without_a_mail_service(self, invitation, source, membership, transport, clock):
        clock.shift(61)
        transport.answer = Availability(offered=False, ready=False, sentence="It was removed.")
        with pytest.raises(MailNotOffered, match="It was removed"):
            services.resend(source, membership, invitation)


class TestTakingBack:
    def test_the_link_is_dead_and_the_mail_withdrawn(self, invitation, source, membership, owner, organization):
        services.revoke(source, membership, invitation)
        invitation.refresh_from_db()
        assert (invitation.state, invitation.revoked_at, invitation.revoked_by) == ("revoked", NOON, owner.email)
        [mail] = mails(organization)
        assert mail.state == State.WITHDRAWN
        assert composed(mail) is None

    def test_twice_is_once(self, invitation, source, membership, clock):
        services.revoke(source, membership, invitation)
        clock.shift(60)
        services.revoke(source, membership, invitation)
        assert Invitation.objects.get().revoked_at == NOON
        assert [action for action, _ in entries()].count("invitation revoked") == 1

    def test_not_what_was_accepted(self, invitation, source, membership):
        Invitation.objects.update(status="accepted")
        with pytest.raises(InvitationRefused, match="Remove the member"):
            services.revoke(source, membership, invitation)
        assert Invitation.objects.get().state == "accepted"

    @pytest.mark.parametrize("status", ["accepted", "revoked"])
    def test_a_settled_one_is_deleted(self, invitation, source, membership, status):
        Invitation.objects.update(status=status)
        services.delete(source, membership, invitation)
        assert not Invitation.objects.exists()
        assert entries()[-1] == ("invitation deleted", "new@example.com")

    def test_an_expired_one_is_deleted(self, invitation, source, membership, clock):
        as_sent(invitation.mail)
        clock.move_to(NOON + 48 * HOUR)
        services.delete(source, membership, invitation)
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize("hours", [0, 47, 480])
    def test_an_open_one_is_not_deleted(self, invitation, source, membership, clock, hours):
        # Its mail has not gone out, so its lifetime has not begun.
        clock.move_to(NOON + hours * HOUR)
        with pytest.raises(InvitationRefused, match="Revoke it first"):
            services.delete(source, membership, invitation)

    def test_deleted_meanwhile(self, invitation, source, membership):
        Invitation.objects.all().delete()
        with pytest.raises(InvitationRefused, match="deleted meanwhile"):
            services.revoke(source, membership, invitation)


class TestCopyingTheLink:
    def test_it_is_marked_in_the_link_the_row_and_the_activity(self, invitation, source, membership, owner, settings):
        settings.PUBLIC_URL = "https://iot.example.com/"
        link = services.copy_link(source, membership, invitation)
        assert link.startswith("https://iot.example.com/invitations/")
        token = link.removesuffix("/").rpartition("/")[2]
        assert tokens.read(token) == (invitation.pk, 1, True)
        invitation.refresh_from_db()
        assert (invitation.copied_at, invitation.copied_by) == (NOON, owner.email)
        assert entries()[-1] == ("invitation link copied by hand", "new@example.com")
        assert not any(token in str(each.details) for each in ActivityEntry.objects.all())

    def test_while_no_mail_went_out_its_lifetime_begins(self, invitation, source, membership, clock):
        clock.move_to(NOON + 100 * HOUR)
        services.copy_link(source, membership, invitation)
        assert Invitation.objects.get().token_expires_at == NOON + 148 * HOUR

    def test_a_link_that_was_mailed_keeps_its_lifetime(self, invitation, source, membership, clock):
        as_sent(invitation.mail)
        clock.move_to(NOON + 10 * HOUR)
        services.copy_link(source, membership, invitation)
        assert Invitation.objects.get().token_expires_at == NOON + 48 * HOUR

    def test_not_after_expiry(self, invitation, source, membership, clock):
        as_sent(invitation.mail)
        clock.move_to(NOON + 48 * HOUR)
        with pytest.raises(InvitationRefused, match="has expired"):
            services.copy_link(source, membership, invitation)

    def test_a_resend_kills_it(self, invitation, source, membership, clock):
        link = services.copy_link(source, membership, invitation)
        clock.shift(61)
        current = services.resend(source, membership, invitation)
        assert tokens.read(link.removesuffix("/").rpartition("/")[2]).version != current.token_version


class TestTheDailyLimit:
    @pytest.fixture(autouse=True)
    def limit(self, settings):
        settings.IOTDASH_INVITATIONS_PER_DAY = 3

    def test_resends_count_and_the_refusal_says_when(self, invite, source, membership, clock):
        first = invite("a@example.com")
        clock.move_to(NOON + HOUR)
        invite("b@example.com")
        services.resend(source, membership, first)
        with pytest.raises(DailyLimitReached, match=r"room again on 5 May 2026, 12:00 UTC"):
            invite("c@example.com")
        clock.shift(61)
        with pytest.raises(DailyLimitReached):
            services.resend(source, membership, first)
        assert OutboxMail.objects.count() == 3
        clock.move_to(NOON + 24 * HOUR)
        invite("c@example.com")

    def test_withdrawn_ones_count(self, invite, source, membership):
        for name in "abc":
            services.revoke(source, membership, invite(f"{name}@example.com"))
        with pytest.raises(DailyLimitReached):
            invite("d@example.com")

    def test_another_organization_has_its_own(self, invite, source, other_owner, other_organization):
        for name in "abc":
            invite(f"{name}@example.com")
        services.invite(source, other_organization.memberships.get(user=other_owner), "d@example.com", "reader")

    def test_none_at_all(self, invite, settings):
        settings.IOTDASH_INVITATIONS_PER_DAY = 0
        with pytest.raises(DailyLimitReached, match="sends 0 invitations a day"):
            invite("a@example.com")


@pytest.mark.parametrize(
    ("hours", "sent", "state"),
    [(0, False, "pending"), (480, False, "pending"), (47, True, "pending"), (48, True, "expired")],
)
def test_the_list_finds_what_it_shows(invitation, clock, hours, sent, state):
    if sent:
        as_sent(invitation.mail)
    clock.move_to(NOON + hours * HOUR)
    [shown] = queries.invitations(invitation.organization)
    assert queries.shown_state(shown) == state
    for each in ("pending", "expired", "accepted", "revoked"):
        assert queries.invitations(invitation.organization).filter(queries.in_state(each)).exists() is (each == state)
