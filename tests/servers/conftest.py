"""Both ways to run, each with two of each process; started once for all tests of this folder."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.demo import servers
from tests.servers import fleet
from tests.servers.installation import Installation, inhabited, started


@contextmanager
def on_servers(folder: Path) -> Iterator[Installation]:
    with ExitStack() as stack:
        database = stack.enter_context(servers.postgresql_server())
        redis = stack.enter_context(servers.redis_server(folder))
        yield stack.enter_context(started(folder, database, redis))


@pytest.fixture(scope="session", params=["SQLite and files", "PostgreSQL and Redis"])
def installation(request, tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Installation]:
    """With the organizations, devices and carrier accounts of `fleet`."""
    folder = tmp_path_factory.mktemp("installation")
    fleet.make_world(folder / "var/sandboxes/controlcenter")
    with ExitStack() as stack:
        start = started(folder, None, None) if request.param == "SQLite and files" else on_servers(folder)
        stack.enter_context(django_db_blocker.unblock())
        yield stack.enter_context(inhabited(stack.enter_context(start)))
