"""Fixtures of every test under `tests/`. The cast itself is in `cast.py`."""

import gc
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

from tests.cast import (  # noqa: F401
    analyst,
    analyst_client,
    cast,
    client_of,
    developer,
    developer_client,
    fast_passwords,
    operator,
    operator_client,
    organization,
    other_organization,
    other_owner,
    other_owner_client,
    owner,
    owner_client,
    reader,
    reader_client,
    source,
    stranger,
    stranger_client,
    support,
    support_client,
)

# Groups of tests that follow one another, the longest first.
CHAINS = ("screens", "browser", "servers", "real processes", "chaos on files", "chaos on servers", "components")
# To a test without one of these, or the mark, pytest-django refuses the database.
DATABASE = {"db", "transactional_db", "live_server"}


# First, because xdist reads the groups in the same hook; and last, because others order the tests there.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Tests that start servers run one after the other, and those of a file share what it started.

    What takes long begins first: else the end of a run would wait for it.
    """
    for item in items:
        if item.get_closest_marker("servers") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("servers"))
        if not (item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ()))):
            item.add_marker(pytest.mark.without_database)
    yield
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Which test begins before which; others stay in their order."""
    mark = item.get_closest_marker("xdist_group")
    if mark and mark.args[0] in CHAINS:
        return CHAINS.index(mark.args[0])
    long = item.get_closest_marker("long")
    return len(CHAINS) + (0 if long else 1 if mark else 2)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """What is collected stays to the end: nothing is gained by looking through it for garbage again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory) -> None:
    """SQLite in a file, as it is used: in memory it has one writer, and no test with several threads could run."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        folder: Path = tmp_path_factory.mktemp("database")
        database.setdefault("TEST", {})["NAME"] = folder / "test.sqlite3"


@pytest.fixture(autouse=True)
def own_cache(request: pytest.FixtureRequest) -> None:
    """Redis keeps what a test put there, and all tests share it: each has keys of its own."""
    if settings.REDIS_URL:
        cache.key_prefix = hashlib.sha256(request.node.nodeid.encode()).hexdigest()
