"""Services that change who belongs to an organization."""

import pytest
from django.db import IntegrityError

from iotdash.audit.models import ActivityEntry
from iotdash.organizations import services
from iotdash.organizations.roles import Role


def entries() -> list[tuple]:
    return list(ActivityEntry.objects.values_list("action", "target", "details"))


def test_add_a_member(source, organization, stranger):
    services.add_member(source, organization, stranger, Role.ANALYST)
    assert stranger.memberships.get().role == "analyst"
    assert entries() == [("member added", "stranger@example.com", {"role": "analyst"})]


def test_nobody_is_a_member_twice(source, organization, owner):
    with pytest.raises(IntegrityError):
        services.add_member(source, organization, owner, Role.READER)


def test_change_a_role(source, reader):
    services.change_role(source, reader.memberships.get(), Role.DEVELOPER)
    assert reader.memberships.get().role == "developer"
    assert entries() == [("role changed", "reader@example.com", {"before": "reader", "after": "developer"})]


def test_the_same_role_again_leaves_no_entry(source, reader):
    services.change_role(source, reader.memberships.get(), Role.READER)
    assert entries() == []


def test_remove_a_member(source, reader):
    services.remove_member(source, reader.memberships.get())
    assert not reader.memberships.exists()
    assert entries() == [("member removed", "reader@example.com", {"role": "reader"})]
