"""The whole way of an administrator again, on PostgreSQL and Redis with two of each process."""

from collections.abc import Iterator

import pytest

from tests.browser import browser, chromium  # noqa: F401
from tests.e2e.conftest import visit  # noqa: F401
from tests.e2e.product import Product
from tests.e2e.test_whole_way import page, test_from_sign_in_to_an_operated_sim  # noqa: F401
from tests.servers.conftest import on_servers

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.slow]


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Iterator[Product]:
    """What the browser test visits: one of the two web processes, and the sandbox's default world."""
    chromium()
    folder = tmp_path_factory.mktemp("on servers")
    with on_servers(folder) as installation:
        yield Product(
            var=folder / "var",
            base_url=f"http://127.0.0.1:{installation.ports[0]}",
            password="",
            sandbox=installation.sandbox,
            environment=installation.environment,
        )
