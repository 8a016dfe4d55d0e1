"""Who comes in with an API key, with which rights, and why not."""

import hashlib
import logging
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from iotdash.lib import crypto
from iotdash.organizations import keys, roles
from iotdash.organizations.authorization import NotAllowed, authorize, may
from iotdash.organizations.keys import KeyRefused, Reason, services
from iotdash.organizations.members import services as members
from iotdash.organizations.models import ApiKey, Membership
from iotdash.organizations.roles import Role
from iotdash.organizations.services import require_second_factor
from tests.cast import with_app

ADDRESS = "192.0.2.44"


def refused(key_id: str, token: str) -> Reason:
    with pytest.raises(KeyRefused) as refusal:
        keys.authenticate(key_id, token)
    assert refusal.value.key_id == key_id
    return refusal.value.reason


def refused_now(made) -> Reason:
    return refused(made.key.public_id, made.token)


def signed_in(made) -> keys.KeyActor:
    return keys.authenticate(made.key.public_id, made.token)


def test_the_right_token_comes_in(made, organization):
    actor = signed_in(made)
    assert (actor.key, actor.organization, actor.organization_id) == (made.key, organization, organization.pk)
    assert actor.role == Role.DEVELOPER
    source = actor.source(ADDRESS)
    assert (source.actor, source.organization) == (made.key.public_id, "abc123")
    assert (source.address, source.via) == (ADDRESS, "api")


def test_it_stands_where_a_member_stands(made, other_organization):
    actor = signed_in(made)
    assert may(actor, roles.EDIT_DEVICES, actor.organization)
    assert not may(actor, roles.OPERATE, actor.organization)
    assert not may(actor, roles.SEE, other_organization)
    with pytest.raises(NotAllowed, match="Developers may not run operations; it needs Operator"):
        authorize(actor, roles.OPERATE, actor.organization)


@pytest.mark.parametrize(
    "key_id",
    [
        "",
        "a",
        "a-abc123",
        "a-ABC123-0123456789",
        "a-abc123-012345678",
        "a-abc123-0123456789\n",
        "g/abc123/t/d",
        "a-ab-é",
    ],
)
def test_what_is_no_id_is_malformed_and_costs_nothing(key_id, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert refused(key_id, "x") is Reason.MALFORMED


@pytest.mark.parametrize("token", ["", "x", "\udcff", "x" * 100_000])
def test_a_wrong_token_is_told_from_an_unknown_key(made, token):
    assert refused(made.key.public_id, token) is Reason.WRONG_TOKEN
    assert refused("a-abc123-0123456789", token) is Reason.UNKNOWN


def test_the_case_of_a_token_counts(made):
    assert refused(made.key.public_id, made.token.swapcase()) is Reason.WRONG_TOKEN


def test_the_token_of_another_key_is_wrong(made, make, developer):
    assert refused(make(developer).key.public_id, made.token) is Reason.WRONG_TOKEN


def test_an_unknown_key_takes_as_many_digests_as_a_wrong_token(made, monkeypatch):
    compared = []
    real = crypto.hmac.compare_digest
    monkeypatch.setattr(crypto.hmac, "compare_digest", lambda a, b: compared.append((len(a), len(b))) or real(a, b))
    refused(made.key.public_id, "x")
    refused("a-abc123-0123456789", "x" * 24)
    assert compared == [(64, 64), (64, 64)]


def test_only_a_keyed_digest_is_stored(made, settings):
    stored = " ".join(str(value) for value in ApiKey.objects.values_list().get())
    assert made.token not in stored
    assert hashlib.sha256(made.token.encode()).hexdigest() not in stored
    settings.IOTDASH_DIGEST_KEY = "another key " * 4
    assert refused_now(made) is Reason.WRONG_TOKEN


def test_a_token_has_at_least_128_random_bits(make, developer):
    tokens = {make(developer).token for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 24 and token.isalnum() and token.isascii() for token in tokens)


def test_it_ends_when_it_expires(make, developer, time_machine):
    time_machine.move_to("2026-05-04T20:00Z", tick=False)
    made = make(developer, expires_at=timezone.now() + timedelta(seconds=1))
    signed_in(made)
    time_machine.shift(1)
    assert refused_now(made) is Reason.EXPIRED


def test_a_revoked_key_is_refused_at_once(made, source):
    services.revoke(source, made.key)
    assert refused_now(made) is Reason.REVOKED
    assert refused(made.key.public_id, "x") is Reason.WRONG_TOKEN


def _remove(source, maker):
    members.remove(source, maker)


def _expire(source, maker):
    Membership.objects.filter(pk=maker.pk).update(expires_at=timezone.now())


def _close(source, maker):
    maker.user.is_active = False
    maker.user.save()


def _delete_account(source, maker):
    maker.user.delete()


@pytest.mark.parametrize("go", [_remove, members.block, _expire, _close, _delete_account])
def test_it_stops_with_its_makers_membership(made, source, developer, go):
    go(source, developer.memberships.get())
    assert refused_now(made) is Reason.MAKER_GONE


def test_it_goes_on_when_its_maker_is_unblocked(made, source, developer):
    members.block(source, developer.memberships.get())
    members.unblock(source, developer.memberships.get())
    assert signed_in(made)


def test_a_maker_who_comes_back_brings_no_key_back(made, source, developer, organization):
    members.remove(source, developer.memberships.get())
    Membership.objects.create(organization=organization, user=developer, role=Role.ADMINISTRATOR)
    assert refused_now(made) is Reason.MAKER_GONE
    assert ApiKey.objects.get().made_by == "developer@example.com"


def test_the_lower_role_counts_now(make, operator, source):
    low, high = make(operator, Role.READER), make(operator, Role.OPERATOR)
    members.change_role(source, operator.memberships.get(), Role.ANALYST)
    assert (signed_in(low).role, signed_in(high).role) == (Role.READER, Role.ANALYST)
    members.change_role(source, operator.memberships.get(), Role.ADMINISTRATOR)
    assert (signed_in(low).role, signed_in(high).role) == (Role.READER, Role.OPERATOR)


def test_deleting_the_organization_ends_its_keys(made, organization):
    organization.delete()
    assert refused_now(made) is Reason.UNKNOWN


def test_its_use_is_noted_once_a_minute(made, time_machine):
    time_machine.move_to("2026-05-04T20:00Z", tick=False)
    first = timezone.now()
    signed_in(made).note_use(ADDRESS)
    time_machine.shift(59)
    with assertNumQueries(1):
        signed_in(made).note_use("192.0.2.45")
    key = ApiKey.objects.get()
    assert (key.last_used_at, key.last_used_address) == (first, ADDRESS)
    time_machine.shift(1)
    signed_in(made).note_use("192.0.2.45")
    key.refresh_from_db()
    assert (key.last_used_at, key.last_used_address) == (timezone.now(), "192.0.2.45")


def test_of_two_uses_at_once_the_first_is_noted(made):
    first, second = signed_in(made), signed_in(made)
    first.note_use(ADDRESS)
    second.note_use("192.0.2.45")
    assert ApiKey.objects.get().last_used_address == ADDRESS


def test_a_use_that_cannot_be_noted_fails_nothing(made, caplog):
    def locked(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            raise DatabaseError("database is locked")
        return execute(sql, params, many, context)

    actor = signed_in(made)
    with connection.execute_wrapper(locked), caplog.at_level(logging.WARNING):
        actor.note_use(ADDRESS)
    assert made.key.public_id in caplog.text
    assert made.token not in caplog.text


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_has_a_sentence(reason):
    refusal = KeyRefused(reason, "a-abc123-0123456789")
    assert str(refusal).endswith(".")
    assert refusal.wrong_token is (reason is Reason.WRONG_TOKEN)


def test_it_stops_while_its_maker_lacks_a_second_factor_that_is_required(made, developer, organization, source):
    require_second_factor(source, organization, required=True)
    assert refused_now(made) is Reason.SECOND_FACTOR
    assert refused(made.key.public_id, "x") is Reason.WRONG_TOKEN
    with_app(developer)
    assert signed_in(made).key == made.key
    developer.authenticator_set.exclude(type="recovery_codes").delete()
    assert refused_now(made) is Reason.SECOND_FACTOR
    require_second_factor(source, organization, required=False)
    assert signed_in(made).key == made.key
