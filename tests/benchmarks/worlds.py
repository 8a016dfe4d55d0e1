"""One database for each size of fleet, side by side in this process, with an administrator signed in to each."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from iotdash.accounts.models import User
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Role
from tests.benchmarks import asking, fleet

ALIAS = "default"


@dataclass(frozen=True)
class World:
    """A fleet of `size` devices in a database of its own; `session` is the administrator's."""

    size: int
    organization: Organization
    session: str
    connection: BaseDatabaseWrapper

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Inside, Django's database is this one; its connection stays open from one time to the next."""
        outside = connections[ALIAS]
        connections[ALIAS] = self.connection
        try:
            yield
        finally:
            connections[ALIAS] = outside


def make(sizes: Iterable[int]) -> list[World]:
    """Each in a copy of the empty, migrated database that this process began with."""
    return [_world(size) for size in sizes]


def _world(size: int) -> World:
    own = connections.create_connection(ALIAS)
    own.settings_dict = {**own.settings_dict, "NAME": _copy(size)}
    outside, connections[ALIAS] = connections[ALIAS], own
    try:
        organization = Organization.objects.create(pk=1, public_id="bench1", name="Bench")
        user = User.objects.create_user(email="owner@example.com", password="correct horse battery")
        Membership.objects.create(organization=organization, user=user, role=Role.ADMINISTRATOR)
        fleet.seed(organization, size)
        return World(size, organization, asking.signed_in(user), own)
    finally:
        connections[ALIAS] = outside


def _copy(size: int) -> str:
    """The name of a new copy of the database."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "postgresql":
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "bench{size}" TEMPLATE "{name}"')
        return f"bench{size}"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(name).with_name(f"bench{size}.sqlite3")
    shutil.copy(name, path)
    return str(path)
