"""Making, changing and revoking API keys: what is recorded, who may, and what is refused."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from iotdash.audit.models import ActivityEntry
from iotdash.organizations import keys
from iotdash.organizations.authorization import NotAllowed
from iotdash.organizations.keys import KeyRefused, queries, services
from iotdash.organizations.members import services as members
from iotdash.organizations.models import ApiKey
from iotdash.organizations.roles import Role
from iotdash.runtime.key_marks import accept_digest_key


def entries() -> list[tuple]:
    return list(ActivityEntry.objects.order_by("pk").values_list("action", "target", "details"))


def of(person):
    return person.memberships.get()


def test_a_key_is_made_and_recorded_without_its_token(made, source):
    key = ApiKey.objects.get()
    assert re.fullmatch(r"a-abc123-[a-z0-9]{10}", key.public_id)
    assert (key.name, key.role, key.made_by) == ("Nightly export", "developer", "developer@example.com")
    details = {"name": "Nightly export", "role": "developer", "until": ""}
    assert entries() == [("API key made", key.public_id, details)]


def test_who_may_not_make_keys(make, analyst, reader):
    for person in (analyst, reader):
        with pytest.raises(NotAllowed, match="may not make API keys; it needs Developer"):
            make(person, Role.READER)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_nobody_makes_a_key_above_their_own_role(make, developer, role):
    with pytest.raises(NotAllowed, match=f"Developers may not manage API keys of {role.label}s"):
        make(developer, role)
    assert not ApiKey.objects.exists()


def test_who_was_demoted_a_moment_ago_makes_none(make, source, operator):
    membership = of(operator)
    members.change_role(source, of(operator), Role.DEVELOPER)
    with pytest.raises(NotAllowed):
        services.make(source, membership, "Late", Role.OPERATOR)
    members.block(source, of(operator))
    with pytest.raises(NotAllowed, match="no longer a member"):
        services.make(source, membership, "Late", Role.READER)


def test_name_and_end_are_changed(made, source, developer):
    ends = timezone.now() + timedelta(days=3)
    services.change(source, made.key, name="Weekly export", expires_at=ends, by=of(developer))
    key = ApiKey.objects.get()
    assert (key.name, key.expires_at) == ("Weekly export", ends)
    assert [action for action, *_ in entries()[1:]] == ["API key renamed", "API key given another end"]
    services.change(source, made.key, name="Weekly export", expires_at=ends, by=of(developer))
    assert len(entries()) == 3
    assert keys.authenticate(key.public_id, made.token)


def test_a_revoked_key_stays_as_it_is(made, source, developer):
    services.revoke(source, made.key, by=of(developer))
    with pytest.raises(services.Refused, match="Make a new one"):
        services.change(source, made.key, name="Again", expires_at=None, by=of(developer))
    first = ApiKey.objects.get()
    services.revoke(source, made.key, by=of(developer))
    assert ApiKey.objects.get().revoked_at == first.revoked_at
    details = {"name": "Nightly export", "made_by": "developer@example.com"}
    assert entries()[1:] == [("API key revoked", first.public_id, details)]


def test_whose_keys_one_may_change(make, source, owner, operator, developer):
    theirs = {role: make(owner, role).key for role in (Role.READER, Role.OPERATOR, Role.ADMINISTRATOR)}
    assert [role for role, key in theirs.items() if queries.may_change(of(operator), key)] == ["reader", "operator"]
    assert not any(queries.may_change(of(developer), key) for key in theirs.values())
    assert all(queries.may_change(of(owner), key) for key in theirs.values())
    services.revoke(source, theirs[Role.OPERATOR], by=of(operator))
    with pytest.raises(NotAllowed, match="may not manage this API key, whose role is above their own"):
        services.revoke(source, theirs[Role.ADMINISTRATOR], by=of(operator))
    with pytest.raises(NotAllowed, match="may not manage API keys of others; it needs Operator"):
        services.revoke(source, theirs[Role.READER], by=of(developer))


def test_ones_own_key_may_be_revoked_also_from_a_lower_role(make, source, operator):
    made = make(operator, Role.OPERATOR)
    members.change_role(source, of(operator), Role.DEVELOPER)
    assert queries.may_change(of(operator), made.key)
    services.revoke(source, made.key, by=of(operator))
    assert ApiKey.objects.get().state == "revoked"


def test_an_administrator_of_another_organization_changes_nothing(made, source, other_owner):
    with pytest.raises(NotAllowed):
        services.revoke(source, made.key, by=of(other_owner))
    with pytest.raises(NotAllowed):
        services.change(source, made.key, name="Mine", expires_at=None, by=of(other_owner))


def test_a_lost_digest_key_revokes_what_would_be_refused(made, make, source, developer, settings):
    services.revoke(source, make(developer).key)
    settings.IOTDASH_DIGEST_KEY = "another key " * 4
    told = [sentence for sentence in accept_digest_key() if "API keys" in sentence]
    assert told == ["API keys: 1 are revoked, for they would be refused. Make new ones on the pages of API keys."]
    key = ApiKey.objects.get(pk=made.key.pk)
    assert (key.state, key.revoked_by) == ("revoked", "the loss of the digest key")
    with pytest.raises(KeyRefused):
        keys.authenticate(key.public_id, made.token)
