"""Several members at once: one invitation per address, and never more than the day allows."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from iotdash.audit.models import ActivityEntry
from iotdash.organizations.invitations import composing, services, tokens
from iotdash.organizations.invitations.errors import DailyLimitReached, InvitationRefused
from iotdash.organizations.invitations.importing import services as importing
from iotdash.organizations.joining import services as joining
from iotdash.organizations.models import Invitation
from iotdash.runtime.models import OutboxMail
from tests.cast import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act, arguments) -> list[str]:
    """What each call came to: "done", or the name of the refusal."""

    def attempt(argument) -> str:
        try:
            act(argument)
        except InvitationRefused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(arguments)) as pool:
        return sorted(pool.map(attempt, arguments))


def test_an_address_is_invited_once(transport, source, membership):
    told = at_once(lambda _: services.invite(source, membership, "new@example.com", "reader"), range(6))
    assert told == ["InvitationRefused"] * 5 + ["done"]
    assert Invitation.objects.count() == OutboxMail.objects.count() == 1


def test_the_daily_limit_holds(transport, source, membership, settings):
    settings.IOTDASH_INVITATIONS_PER_DAY = 3
    names = [f"new{number}@example.com" for number in range(8)]
    told = at_once(lambda email: services.invite(source, membership, email, "reader"), names)
    assert told == [DailyLimitReached.__name__] * 5 + ["done"] * 3
    assert Invitation.objects.count() == OutboxMail.objects.count() == 3


def test_an_import_is_confirmed_once(transport, source, membership, organization):
    found = importing.keep(source, organization, "people.csv", b"ada@example.com\nben@example.com\n")
    seen = importing.seen_as(found)
    assert at_once(lambda _: importing.confirm(source, membership, found, seen), range(4)) == ["done"] * 4
    assert Invitation.objects.count() == OutboxMail.objects.count() == 2
    assert ActivityEntry.objects.filter(action="members imported").count() == 1


def test_an_import_and_an_invitation_of_one_address(transport, source, membership, organization):
    found = importing.keep(source, organization, "people.csv", b"ada@example.com\nnew@example.com\n")
    seen = importing.seen_as(found)
    acts = [
        lambda: importing.confirm(source, membership, found, seen),
        lambda: services.invite(source, membership, "new@example.com", "reader"),
    ]
    assert "done" in at_once(lambda act: act(), acts)
    assert Invitation.objects.count() == OutboxMail.objects.count() == 2


def test_sent_again_once_and_the_row_knows_its_mail(invitation, source, membership):
    Invitation.objects.update(last_asked_at=invitation.created_at.replace(year=2020))
    told = at_once(lambda _: services.resend(source, membership, invitation), range(4))
    assert told == ["InvitationRefused"] * 3 + ["done"]
    invitation.refresh_from_db()
    newest = OutboxMail.objects.order_by("-pk").first()
    assert (invitation.token_version, invitation.send_count, invitation.mail) == (2, 2, newest)
    assert OutboxMail.objects.count() == 2


def test_revoked_and_sent_again_at_once_leaves_no_mail_behind(invitation, source, membership):
    Invitation.objects.update(last_asked_at=invitation.created_at.replace(year=2020))
    at_once(lambda act: act(source, membership, invitation), [services.resend, services.revoke])
    assert Invitation.objects.get().state == "revoked"
    assert not OutboxMail.objects.exclude(state=OutboxMail.State.WITHDRAWN).exists()


def test_accepted_sent_again_and_revoked_at_once_ends_as_one_of_them(invitation, source, membership):
    Invitation.objects.update(last_asked_at=invitation.created_at.replace(year=2020))
    person, link = UserFactory(email="new@example.com"), tokens.read(tokens.token_of(invitation))

    def accept() -> None:
        try:
            joining.accept(link, person, None)
        except joining.CannotJoin as failure:
            raise InvitationRefused(failure.standing.value) from failure

    resend, revoke = (lambda act=act: act(source, membership, invitation) for act in (services.resend, services.revoke))
    at_once(lambda act: act(), [accept, resend, revoke])
    ended, joined = Invitation.objects.get(), membership.organization.memberships.filter(user=person).exists()
    assert (ended.status, joined) in {("accepted", True), ("revoked", False)}
    assert not joined or ended.token_version == 1
    assert [mail for mail in OutboxMail.objects.filter(settled_at=None) if composing.compose(mail)] == []
