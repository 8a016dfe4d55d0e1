"""Programs that call the API: with API keys, and below an organization's address as a person.

Requests are not counted, but where a test says so.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from iotdash.accounts.models import User
from iotdash.audit.services import Source
from iotdash.organizations.keys import services
from iotdash.organizations.keys.services import Made
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import Role
from tests.cast import sign_in


class Api:
    """Sends JSON; paths are those of the specification, from `/` on."""

    def __init__(self, client: Client, organization: Organization) -> None:
        self.client, self.root = client, f"/{organization.public_id}/api/v0002"

    def get(self, path: str, query: dict[str, Any] | None = None) -> HttpResponse:
        return self.client.get(self.root + path, query)

    def post(self, path: str, body: Any) -> HttpResponse:
        return self.client.post(self.root + path, self._bytes(body), content_type="application/json")

    def put(self, path: str, body: Any) -> HttpResponse:
        return self.client.put(self.root + path, self._bytes(body), content_type="application/json")

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(self.root + path)

    @staticmethod
    def _bytes(body: Any) -> bytes:
        return body if isinstance(body, bytes) else json.dumps(body).encode()


@pytest.fixture(autouse=True)
def unlimited(settings) -> None:
    settings.IOTDASH_REST_PER_SECOND = settings.IOTDASH_REST_REFUSED_PER_MINUTE = 0


@pytest.fixture
def api_of(organization) -> Callable[..., Api]:
    """`api_of(reader)`: the API below the organization, as that person."""
    return lambda user: Api(sign_in(user), organization)


@pytest.fixture
def api(api_of, developer) -> Api:
    return api_of(developer)


@pytest.fixture
def pump(api) -> dict[str, Any]:
    """The type `pump`, as answered."""
    body = {
        "id": "pump",
        "description": "Water pump",
        "deviceInfo": {"manufacturer": "Acme", "model": "W1"},
        "metadata": {"site": "north"},
    }
    return api.post("/device/types", body).json()


@pytest.fixture
def p1(api, pump) -> dict[str, Any]:
    """The device `p1` of that type, as answered to its creation."""
    return api.post("/device/types/pump/devices", {"deviceId": "p1"}).json()


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
