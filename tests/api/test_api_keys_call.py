"""Programs call with API keys: the key tells the organization, and what it may is asked anew each time."""

import datetime as dt
import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from devices.models import DeviceType
from iotdash.accounts.models import User
from iotdash.audit.models import ActivityEntry
from iotdash.organizations.keys import services
from iotdash.organizations.models import ApiKey, Organization
from iotdash.organizations.roles import Role
from tests.api.answers import error
from tests.api.conftest import program

ROOT = "/api/v0002/"


def test_the_key_tells_the_organization(program_of, developer, organization):
    answer = program_of(developer).get(ROOT)
    assert answer.json()["id"] == organization.public_id


def test_a_key_is_of_one_organization(key_of, developer, other_organization):
    made = key_of(developer)
    answer = program(made).get(f"/{other_organization.public_id}{ROOT}")
    assert answer.status_code == 403
    answer = program(made).get(ROOT, headers={"host": f"{other_organization.public_id}.localhost"})
    assert answer.status_code == 403
    made.key.refresh_from_db()
    assert made.key.last_used_at is None


def test_a_wrong_token_is_401_and_an_unknown_key_403(key_of, developer):
    made = key_of(developer)
    wrong = program(made, "not-the-token").get(ROOT)
    assert (wrong.status_code, wrong.json()["exception"]["id"]) == (401, "IOTD0401E")
    for key_id in ("a-abc123-zzzzzzzzzz", "use-token-auth"):
        made.key.public_id = key_id
        assert program(made).get(ROOT).status_code == 403


def test_who_tries_keys_has_to_wait_and_who_has_one_does_not(key_of, developer, settings, time_machine):
    settings.IOTDASH_REST_REFUSED_PER_MINUTE = 2
    time_machine.move_to("2026-03-01T09:00:20Z", tick=False)
    made = key_of(developer)
    guesser = program(made, token="x" * 24)
    assert [guesser.get("/api/v0002/").status_code for _ in range(3)] == [401, 401, 429]
    answer = guesser.get("/api/v0002/")
    assert (error(answer), answer["Retry-After"]) == ((429, "IOTD0429E"), "40")
    assert guesser.get("/api/v0002/", REMOTE_ADDR="192.0.2.7").status_code == 401
    assert program(made).get("/api/v0002/").status_code == 200
    time_machine.move_to("2026-03-01T09:01:00Z", tick=False)
    assert guesser.get("/api/v0002/").status_code == 401


def test_a_revoked_and_an_expired_key_are_refused(key_of, developer, source):
    made = key_of(developer)
    services.revoke(source, made.key)
    assert program(made).get(ROOT).status_code == 403
    ended = key_of(developer, expires_at=timezone.now() + dt.timedelta(hours=1))
    ended.key.expires_at = timezone.now() - dt.timedelta(hours=1)
    ended.key.save()
    answer = program(ended).get(ROOT)
    assert answer.status_code == 403
    assert "expired" in answer.json()["message"]


def test_a_key_needs_no_csrf_token_and_a_session_does(key_of, operator, organization, client_of):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    path = f"/{organization.public_id}{ROOT}operations/0c7c5a52-9a3c-4f0f-8f8e-3b9d3c1c2a10"
    refused = strict.delete(path)
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["message"]
    assert program(key_of(operator)).delete(path).status_code == 404


def test_what_is_asked_by_a_key_is_noted_with_its_use(key_of, developer):
    made = key_of(developer)
    program(made).get(ROOT, REMOTE_ADDR="192.0.2.44")
    made.key.refresh_from_db()
    assert made.key.last_used_at
    assert made.key.last_used_address == "192.0.2.44"


def test_signing_in_costs_one_query(key_of, developer, django_assert_num_queries, settings):
    client = program(key_of(developer))
    client.get(ROOT)
    with django_assert_num_queries(1):
        client.get(ROOT)


def add_type(client: Client, name: str, **more: Any) -> HttpResponse:
    return client.post(f"{ROOT}device/types", json.dumps({"id": name}), "application/json", **more)


@pytest.mark.parametrize("whose", ["key", "maker"])
def test_a_lower_role_counts_at_once(key_of, developer, whose):
    made = key_of(developer)
    client = program(made)
    assert add_type(client, "pump").status_code == 201
    lowered = ApiKey.objects if whose == "key" else developer.memberships
    lowered.update(role=Role.READER)
    refused = add_type(client, "valve")
    assert (refused.status_code, refused.json()["exception"]["id"]) == (403, "IOTD0403E")
    assert client.get(ROOT).status_code == 200


@pytest.mark.parametrize(
    "end",
    [
        lambda maker: maker.memberships.all().delete(),
        lambda maker: maker.memberships.update(blocked_at=timezone.now()),
        lambda maker: maker.memberships.update(expires_at=timezone.now()),
        lambda maker: User.objects.filter(pk=maker.pk).update(is_active=False),
        lambda maker: Organization.objects.update(second_factor_required=True),
        lambda maker: ApiKey.objects.update(expires_at=timezone.now()),
        lambda maker: ApiKey.objects.update(revoked_at=timezone.now()),
        lambda maker: ApiKey.objects.all().delete(),
    ],
    ids=["removed", "blocked", "expired", "closed", "without second factor", "key expired", "revoked", "deleted"],
)
def test_a_key_that_counts_no_more_is_refused_with_the_next_request(key_of, developer, end):
    client = program(key_of(developer))
    assert client.get(ROOT).status_code == 200
    end(developer)
    assert client.get(ROOT).status_code == add_type(client, "pump").status_code == 403
    assert not DeviceType.objects.exists()


def test_the_activity_log_says_which_key_and_from_where(key_of, developer, organization):
    made = key_of(developer)
    add_type(program(made), "pump", REMOTE_ADDR="192.0.2.44")
    entry = ActivityEntry.objects.latest("pk")
    assert (entry.actor, entry.via, entry.address) == (made.key.public_id, "api", "192.0.2.44")
    assert (entry.organization, entry.target) == (organization.public_id, "pump")
    assert made.token not in str(entry.details)


def test_errors_too_say_how_many_requests_are_left(program_of, developer, settings):
    settings.IOTDASH_REST_PER_SECOND = 1000
    client = program_of(developer, Role.READER)
    answers = [client.get(f"{ROOT}no/such"), add_type(client, "pump"), client.delete(ROOT), client.get(f"{ROOT}?_x")]
    assert [each.status_code for each in answers] == [404, 403, 405, 200]
    assert all(int(each["X-RateLimit-Remaining"]) < 1000 for each in answers)
