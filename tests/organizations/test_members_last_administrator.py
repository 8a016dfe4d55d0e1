"""An organization keeps an administrator, whatever is asked and however many ask at once."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from iotdash.organizations.members import services as members
from iotdash.organizations.members.services import Refused
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import Role
from tests.cast import MembershipFactory, UserFactory
from tests.extensions.test_review_threads import at_once

CHANGES = {
    "role": lambda source, target: members.change_role(source, target, Role.OPERATOR),
    "block": members.block,
    "expiry": lambda source, target: members.set_expiry(source, target, timezone.now() + timedelta(days=9)),
    "remove": members.remove,
    "leave": members.leave,
}
NO_STAND_IN = {
    "nobody": None,
    "an operator": {"role": Role.OPERATOR},
    "a blocked one": {"blocked_at": timezone.now()},
    "one who expired": {"expires_at": timezone.now() - timedelta(days=1)},
    "one who will expire": {"expires_at": timezone.now() + timedelta(days=99)},
    "one who cannot sign in": {"user": {"is_active": False}},
}


def another(organization, user=None, **fields) -> Membership:
    fields = {"organization": organization, "role": Role.ADMINISTRATOR} | fields
    return MembershipFactory(user=UserFactory(**(user or {})), **fields)


def administrators(organization):
    return Membership.objects.active().filter(organization=organization, role="administrator", expires_at=None)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("beside", NO_STAND_IN)
def test_the_last_administrator_stays(source, organization, owner, change, beside):
    if NO_STAND_IN[beside] is not None:
        another(organization, **NO_STAND_IN[beside])
    with pytest.raises(Refused, match=r"owner@example.com is the last administrator and cannot be"):
        CHANGES[change](source, owner.memberships.get())
    assert [each.user for each in administrators(organization)] == [owner]


@pytest.mark.parametrize("change", CHANGES)
def test_an_administrator_of_another_organization_stands_in_for_nobody(source, owner, other_owner, change):
    with pytest.raises(Refused):
        CHANGES[change](source, owner.memberships.get())


@pytest.mark.parametrize("change", CHANGES)
def test_one_of_two_may_go(source, organization, owner, change):
    other = another(organization)
    CHANGES[change](source, owner.memberships.get())
    assert [each.pk for each in administrators(organization)] == [other.pk]
    with pytest.raises(Refused):
        CHANGES[change](source, other)


def test_a_blocked_administrator_may_be_removed(source, organization, owner):
    blocked = another(organization, blocked_at=timezone.now())
    members.remove(source, blocked)
    assert [each.user for each in administrators(organization)] == [owner]


def test_where_all_expire_the_last_one_stays_and_may_be_given_another_date(source, organization, owner):
    owner.memberships.update(expires_at=timezone.now() + timedelta(days=5))
    last = owner.memberships.get()
    with pytest.raises(Refused):
        members.remove(source, last)
    members.set_expiry(source, last, timezone.now() + timedelta(days=9))
    members.set_expiry(source, last, None)
    assert owner.memberships.get().expires_at is None


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.django_db(transaction=True)
def test_many_who_go_at_once_leave_one(source, organization, change):
    organization.memberships.all().delete()
    all_of_them = [another(organization) for _ in range(6)]
    outcomes = at_once(*[partial(CHANGES[change], source, each) for each in all_of_them])
    assert sorted(type(each).__name__ for each in outcomes) == [*["NoneType"] * 5, "Refused"]
    assert administrators(organization).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_each_other_do_not_both_succeed(source, organization):
    organization.memberships.all().delete()
    first, second = another(organization), another(organization)
    outcomes = at_once(
        partial(members.remove, source, first, by=second), partial(members.remove, source, second, by=first)
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "NotAllowed"]
    assert administrators(organization).count() == 1


ADMIN = "/admin/organizations/membership/"


@pytest.mark.parametrize(
    "data",
    [
        {"role": "reader", "expires_at_0": "", "expires_at_1": ""},
        {"role": "administrator", "expires_at_0": "2099-01-01", "expires_at_1": "00:00"},
    ],
)
def test_support_staff_cannot_take_the_last_one_by_the_form(support_client, organization, owner, data):
    answer = support_client.post(f"{ADMIN}{owner.memberships.get().pk}/change/", data, follow=True)
    assert "is the last administrator" in answer.content.decode()
    assert [each.user for each in administrators(organization)] == [owner]


def test_support_staff_cannot_delete_the_last_one(support_client, organization, owner, reader):
    pk = owner.memberships.get().pk
    answer = support_client.post(f"{ADMIN}{pk}/delete/", {"post": "yes"}, follow=True)
    assert "is the last administrator" in answer.content.decode()
    chosen = [pk, reader.memberships.get().pk]
    for action, further in (("delete_selected", {"post": "yes"}), ("block", {})):
        data = {"action": action, "_selected_action": chosen, **further}
        answer = support_client.post(ADMIN, data, follow=True)
        assert "is the last administrator" in answer.content.decode()
    assert [each.user for each in administrators(organization)] == [owner]
    # Nobody is deleted with those who stay; a block says of each what became of it.
    assert reader.memberships.get().blocked


def test_support_staff_change_role_and_expiry_in_one_form(support_client, organization, owner, reader):
    data = {"role": "analyst", "expires_at_0": "2099-01-01", "expires_at_1": "00:00"}
    support_client.post(f"{ADMIN}{reader.memberships.get().pk}/change/", data)
    changed = reader.memberships.get()
    assert (changed.role, changed.expires_at.year) == ("analyst", 2099)
