"""A prepared query answers what the same query answers when Django makes it anew."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import Model

from iotdash.lib.prepared import Prepared
from iotdash.organizations.models import ApiKey, Membership
from iotdash.organizations.roles import Role
from tests.cast import MembershipFactory

memberships = Prepared(
    lambda public_id, email: Membership.objects.select_related("user", "organization").filter(
        user__email=email, organization__public_id=public_id, blocked_by=""
    )
)
keys = Prepared(lambda key_id: ApiKey.objects.select_related("maker__user").filter(public_id=key_id))


def fields(row: Model) -> dict:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_rows_and_those_they_belong_to_are_whole(owner, organization, django_assert_num_queries):
    expected = Membership.objects.select_related("user", "organization").get(user=owner)
    with django_assert_num_queries(1):
        found = memberships.first("abc123", owner.email)
        pairs = (found, expected), (found.user, expected.user), (found.organization, expected.organization)
    assert [fields(one) for one, _ in pairs] == [fields(other) for _, other in pairs]
    assert not found._state.adding


def test_each_question_is_asked_with_its_own_values(owner, reader, other_organization):
    MembershipFactory(organization=other_organization, user=reader)
    asked = [("abc123", owner), ("abc123", reader), ("xyz789", reader), ("xyz789", owner), ("abc123", owner)]
    found = [memberships.first(public_id, user.email) for public_id, user in asked]
    names = [each and (each.organization.public_id, each.user) for each in found]
    assert names == [("abc123", owner), ("abc123", reader), ("xyz789", reader), None, ("abc123", owner)]


@pytest.mark.parametrize("email", ["' OR 1=1 --", "%s", "%", "nobody@example.com"])
def test_values_are_values(owner, organization, email):
    assert memberships.first("abc123", email) is None


def test_what_was_changed_is_read_at_once(owner, organization):
    before = memberships.first("abc123", owner.email)
    Membership.objects.filter(pk=before.pk).update(role=Role.READER)
    assert memberships.first("abc123", owner.email).role == Role.READER
    Membership.objects.filter(pk=before.pk).update(blocked_by="somebody")
    assert memberships.first("abc123", owner.email) is None


def test_whom_a_row_does_not_belong_to_is_none(organization, django_assert_num_queries):
    ApiKey.objects.create(organization=organization, public_id="a-abc123-aaaaaaaaaa", role=Role.READER, made_by="left")
    with django_assert_num_queries(1):
        assert keys.first("a-abc123-aaaaaaaaaa").maker is None


@pytest.mark.django_db(transaction=True)
def test_threads_ask_by_their_own_connections(owner, organization):
    def ask(_: int) -> str:
        try:
            return memberships.first("abc123", owner.email).user.email
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=3) as threads:
        assert set(threads.map(ask, range(6))) == {owner.email}
