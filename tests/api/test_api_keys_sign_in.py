"""A program calls the API with a key: the header as clients send it, and what each refusal answers."""

import base64

import pytest
from django.test import Client

from iotdash.organizations.keys import services
from iotdash.organizations.models import ApiKey
from iotdash.organizations.roles import Role

ROOT = "/api/v0002/"


@pytest.fixture
def made(source, developer):
    return services.make(source, developer.memberships.get(), "Nightly export", Role.READER)


def basic(key_id: str, token: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{key_id}:{token}".encode()).decode()}


def ask(key_id: str, token: str, path: str = ROOT):
    return Client(REMOTE_ADDR="192.0.2.44").get(path, headers=basic(key_id, token))


def test_a_key_tells_its_organization_and_its_use_is_noted(made):
    answer = ask(made.key.public_id, made.token)
    assert (answer.status_code, answer.json()["id"]) == (200, "abc123")
    key = ApiKey.objects.get()
    assert key.last_used_address == "192.0.2.44"
    assert key.last_used_at is not None


def test_a_key_of_another_organization_is_not_allowed(made, other_organization):
    answer = ask(made.key.public_id, made.token, f"/{other_organization.public_id}{ROOT}")
    assert answer.status_code == 403
    assert ApiKey.objects.get().last_used_at is None


def test_a_wrong_token_answers_401_and_all_else_403(made, source):
    assert ask(made.key.public_id, "wrong").status_code == 401
    assert ask(made.key.public_id, "").status_code == 401
    assert ask("a-abc123-0123456789", made.token).status_code == 403
    assert ask("use-token-auth", made.token).status_code == 403
    services.revoke(source, made.key)
    answer = ask(made.key.public_id, made.token)
    assert (answer.status_code, "is revoked" in answer.json()["message"]) == (403, True)
