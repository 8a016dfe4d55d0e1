"""A developer's key, and how a role or a membership changes under it."""

from collections.abc import Callable
from typing import Any

import pytest

from iotdash.accounts.models import User
from iotdash.audit.services import Source
from iotdash.organizations.keys import services
from iotdash.organizations.keys.services import Made
from iotdash.organizations.roles import Role


@pytest.fixture
def make(source: Source) -> Callable[..., Made]:
    """`make(operator, Role.READER)`: a key that the person makes."""

    def made(person: User, role: Role = Role.DEVELOPER, name: str = "Nightly export", **more: Any) -> Made:
        return services.make(source, person.memberships.get(), name, role, **more)

    return made


@pytest.fixture
def made(make: Callable[..., Made], developer: User) -> Made:
    return make(developer)
