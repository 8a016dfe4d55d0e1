"""Programs with API keys."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from iotdash.accounts.models import User
from iotdash.audit.services import Source
from iotdash.organizations.keys import services
from iotdash.organizations.keys.services import Made
from iotdash.organizations.roles import Role


@pytest.fixture
def key_of(source: Source) -> Callable[..., Made]:
    """`key_of(operator)`: a key with the person's role."""

    def make(person: User, role: Role | None = None, **more: Any) -> Made:
        membership = person.memberships.get()
        return services.make(source, membership, "Nightly export", role or Role(membership.role), **more)

    return make


@pytest.fixture
def program_of(key_of: Callable[..., Made]) -> Callable[..., Client]:
    """`program_of(operator)`: a client that signs in with such a key."""
    return lambda person, role=None: program(key_of(person, role))


def program(made: Made, token: str = "") -> Client:
    pair = f"{made.key.public_id}:{token or made.token}"
    return Client(headers={"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"})
