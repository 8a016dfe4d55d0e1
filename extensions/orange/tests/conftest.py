"""An Orange made of the specification's bytes, and contexts that reach it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from orange_account import (  # noqa: F401
    cast,
    config,
    device,
    fast_passwords,
    later,
    messages,
    organization,
    other_organization,
    owner,
    owner_client,
    run,
    source,
    support,
    support_client,
    wire,
)
from orange_spec import CREDENTIALS, Orange
from pytest_httpserver import HTTPServer

from extensions.core.contract import Context
from iotdash.lib.outbound import AddressPolicy, GuardedSession

NOW = datetime(2017, 3, 15, 10, 0, tzinfo=UTC)


@pytest.fixture
def orange(httpserver: HTTPServer) -> Orange:
    return Orange(httpserver)


@pytest.fixture
def reach(httpserver: HTTPServer) -> Callable[..., Context]:
    """Makes a context whose account is at the test's server; keyword arguments are further settings."""

    def of(**settings: Any) -> Context:
        session = GuardedSession(
            AddressPolicy(allow_loopback=True), connect_timeout=30, read_timeout=30, total_timeout=60
        )
        known = {**CREDENTIALS, "base_url": httpserver.url_for(""), **settings}
        return Context(settings=known, http=session, now=lambda: NOW)

    return of


@pytest.fixture
def context(reach: Callable[..., Context], orange: Orange) -> Context:
    return reach()
