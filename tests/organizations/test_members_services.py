"""Services that change who belongs to an organization: what is recorded, who may, and what is refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from iotdash.audit.models import ActivityEntry
from iotdash.organizations import services
from iotdash.organizations.authorization import NotAllowed
from iotdash.organizations.members import services as members
from iotdash.organizations.members.services import Refused
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import Action, Role
from tests.cast import MembershipFactory, member


def entries() -> list[tuple]:
    return list(ActivityEntry.objects.values_list("action", "target", "details"))


def of(person) -> Membership:
    return person.memberships.get()


def test_add_a_member(source, organization, stranger):
    services.add_member(source, organization, stranger, Role.ANALYST)
    assert stranger.memberships.get().role == "analyst"
    assert entries() == [("member added", "stranger@example.com", {"role": "analyst"})]


def test_nobody_is_a_member_twice(source, organization, owner):
    with pytest.raises(IntegrityError):
        services.add_member(source, organization, owner, Role.READER)


def test_change_a_role(source, reader):
    members.change_role(source, of(reader), Role.DEVELOPER)
    assert of(reader).role == "developer"
    assert entries() == [("role changed", "reader@example.com", {"before": "reader", "after": "developer"})]


def test_the_same_role_again_leaves_no_entry(source, reader):
    members.change_role(source, of(reader), Role.READER)
    assert entries() == []


def test_remove_a_member(source, reader):
    members.remove(source, of(reader))
    assert not reader.memberships.exists()
    assert entries() == [("member removed", "reader@example.com", {"role": "reader"})]


def test_block_and_unblock(source, reader):
    members.block(source, of(reader))
    assert (of(reader).state, of(reader).blocked_by) == ("blocked", "owner@example.com")
    members.unblock(source, of(reader))
    assert (of(reader).state, of(reader).blocked_by) == ("active", "")
    assert [action for action, *_ in entries()] == ["member blocked", "member unblocked"]


def test_blocking_again_changes_neither_time_nor_log(source, reader):
    members.block(source, of(reader))
    first = of(reader).blocked_at
    members.block(source, of(reader))
    assert of(reader).blocked_at == first
    assert len(entries()) == 1


def test_set_and_clear_an_expiry_date(source, reader, time_machine):
    time_machine.move_to("2026-05-04T12:00Z", tick=False)
    tomorrow = timezone.now() + timedelta(days=1)
    members.set_expiry(source, of(reader), tomorrow)
    assert of(reader).expires_at == tomorrow
    members.set_expiry(source, of(reader), None)
    assert of(reader).expires_at is None
    assert [details for *_, details in entries()] == [
        {"before": "", "after": "2026-05-05T12:00+00:00"},
        {"before": "2026-05-05T12:00+00:00", "after": ""},
    ]


def test_a_membership_does_not_end_in_the_past(source, reader):
    with pytest.raises(Refused, match="lies in the past"):
        members.set_expiry(source, of(reader), timezone.now())
    assert of(reader).expires_at is None


def test_a_later_date_lets_an_expired_member_in_again(source, reader):
    reader.memberships.update(expires_at=timezone.now() - timedelta(days=1))
    assert of(reader).state == "expired"
    members.set_expiry(source, of(reader), timezone.now() + timedelta(days=1))
    assert of(reader).state == "active"


def test_leaving_is_told_from_being_removed(source, reader, owner):
    members.leave(source, of(reader))
    assert not reader.memberships.exists()
    assert entries() == [("member left", "reader@example.com", {"role": "reader"})]


def test_someone_who_is_gone_already_is_said_to_be(source, reader):
    gone = of(reader)
    members.remove(source, of(reader))
    with pytest.raises(Refused, match="no longer a member"):
        members.block(source, gone)


CHANGES = {
    "block": lambda source, target, by: members.block(source, target, by=by),
    "unblock": lambda source, target, by: members.unblock(source, target, by=by),
    "expiry": lambda source, target, by: members.set_expiry(source, target, timezone.now() + timedelta(days=1), by=by),
    "remove": lambda source, target, by: members.remove(source, target, by=by),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_operator_manages_up_to_operators(source, cast, change):
    for name in ("developer", "analyst", "reader"):
        CHANGES[change](source, of(cast[name]), of(cast["operator"]))
    other = member(of(cast["operator"]).organization, Role.OPERATOR, "second-operator")
    CHANGES[change](source, of(other), of(cast["operator"]))


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_touches_a_member_above_their_own_role(source, organization, operator, change):
    # Two, so that it is not refused for being the last one.
    first, _ = (MembershipFactory(organization=organization, role=Role.ADMINISTRATOR) for _ in range(2))
    with pytest.raises(NotAllowed, match="above their own"):
        CHANGES[change](source, first, of(operator))
    assert entries() == []


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("who", ["developer", "analyst", "reader"])
def test_below_operator_nobody_manages_members(source, cast, who, change):
    target = MembershipFactory(organization=of(cast[who]).organization)
    with pytest.raises(NotAllowed, match="may not manage members"):
        CHANGES[change](source, target, of(cast[who]))


@pytest.mark.parametrize("who", ["operator", "developer", "reader"])
def test_only_administrators_change_roles(source, cast, who):
    with pytest.raises(NotAllowed, match="may not change roles"):
        members.change_role(source, of(cast["reader"]), Role.ANALYST, by=of(cast[who]))


def test_nobody_gives_a_role_above_their_own(source, cast, monkeypatch):
    """Also if roles were once changed by others than administrators."""
    monkeypatch.setattr(members, "CHANGE_ROLES", Action("change roles", Role.OPERATOR))
    members.change_role(source, of(cast["reader"]), Role.OPERATOR, by=of(cast["operator"]))
    for own in ("reader", "operator"):
        with pytest.raises(NotAllowed, match="above their own"):
            members.change_role(source, of(cast[own]), Role.ADMINISTRATOR, by=of(cast["operator"]))


@pytest.mark.parametrize("change", [*CHANGES, "role"])
def test_an_administrator_of_another_organization_changes_nothing(source, reader, other_owner, change):
    changes = CHANGES | {"role": lambda s, target, by: members.change_role(s, target, Role.ANALYST, by=by)}
    with pytest.raises(NotAllowed):
        changes[change](source, of(reader), of(other_owner))


@pytest.mark.parametrize("kept_out", [{"role": "reader"}, {"blocked_at": timezone.now()}, None])
def test_what_who_asks_may_is_asked_again(source, organization, reader, kept_out):
    """Somebody took it away between the beginning of the request and now."""
    asking = MembershipFactory(organization=organization, role=Role.OPERATOR)
    rows = Membership.objects.filter(pk=asking.pk)
    rows.update(**kept_out) if kept_out else rows.delete()
    with pytest.raises(NotAllowed):
        members.remove(source, of(reader), by=asking)
    assert reader.memberships.exists()


def test_one_cannot_prolong_ones_own_membership(source, operator):
    operator.memberships.update(expires_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(Refused, match="your own membership"):
        members.set_expiry(source, of(operator), None, by=of(operator))


@pytest.mark.parametrize("change", ["block", "remove"])
def test_one_does_not_block_or_remove_oneself(source, operator, change):
    with pytest.raises(Refused, match="Leave the organization instead"):
        CHANGES[change](source, of(operator), of(operator))
