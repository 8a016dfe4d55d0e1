"""Several people who press the button at the same instant, on a real database."""

from collections import Counter

import pytest

from iotdash.accounts.models import User
from iotdash.audit.models import ActivityEntry
from iotdash.organizations.invitations.tokens import Token
from iotdash.organizations.joining import services
from iotdash.organizations.joining.queries import Standing
from iotdash.organizations.models import Invitation, Membership
from tests.cast import UserFactory
from tests.extensions.test_review_threads import at_once
from tests.organizations.joining_world import PASSWORD, invite

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 6


def said_by(invitation: Invitation) -> Token:
    return Token(invitation.pk, invitation.token_version, False)


def join_anew(invitation: Invitation):
    from django.contrib.auth.models import AnonymousUser

    return services.accept_as_new_person(said_by(invitation), AnonymousUser(), "Nele", PASSWORD, None)


def outcomes(*tasks) -> Counter:
    given = at_once(*tasks)
    return Counter(each.standing if isinstance(each, services.CannotJoin) else type(each) for each in given)


def test_one_link_makes_one_account(organization):
    invitation = invite(organization)
    assert outcomes(*[lambda: join_anew(invitation)] * TIMES) == {Membership: 1, Standing.USED: TIMES - 1}
    assert User.objects.count() == Membership.objects.count() == 1
    assert ActivityEntry.objects.filter(action="invitation accepted").count() == 1


def test_one_link_is_accepted_once(organization):
    invitation, person = invite(organization), UserFactory(email="new@example.com")
    accept = lambda: services.accept(said_by(invitation), person, None)  # noqa: E731
    assert outcomes(*[accept] * TIMES) == {Membership: 1, Standing.USED: TIMES - 1}
    assert ActivityEntry.objects.filter(action="invitation accepted").count() == 1


def test_two_organizations_make_one_account(organization, other_organization):
    """The second learns that there is an account by now, and nobody's password is replaced."""
    both = invite(organization), invite(other_organization)
    counted = outcomes(*[lambda each=each: join_anew(each) for each in both])
    assert counted == {Membership: 1, Standing.SIGN_IN: 1}
    assert User.objects.count() == Membership.objects.count() == 1


def test_a_link_that_died_while_the_form_was_judged_makes_no_account(organization):
    invitation = invite(organization, status="revoked")
    with pytest.raises(services.CannotJoin) as failure:
        join_anew(invitation)
    assert failure.value.standing is Standing.REVOKED
    assert not User.objects.exists()


def test_an_account_that_appears_between_looking_and_adding_is_signed_in_to(organization, monkeypatch):
    """Nothing is locked for an address that nobody has."""
    real = services._source

    def somebody_is_faster(*args):
        User.objects.get_or_create(email="new@example.com")
        return real(*args)

    monkeypatch.setattr(services, "_source", somebody_is_faster)
    with pytest.raises(services.CannotJoin) as failure:
        join_anew(invite(organization))
    assert failure.value.standing is Standing.SIGN_IN
    assert not Membership.objects.exists()


def test_a_link_that_is_revoked_meanwhile_is_either_used_or_revoked(organization):
    invitation = invite(organization)
    pending = Invitation.objects.filter(pk=invitation.pk, status="pending")
    counted = outcomes(lambda: join_anew(invitation), lambda: pending.update(status="revoked"))
    invitation.refresh_from_db()
    if invitation.status == "accepted":
        assert counted == {Membership: 1, int: 1}
    else:
        assert counted == {Standing.REVOKED: 1, int: 1}
    assert User.objects.count() == (invitation.status == "accepted")
