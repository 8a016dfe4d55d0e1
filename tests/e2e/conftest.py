"""One product for all browser tests of this folder, and people who visit it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import HEIGHT, WIDTHS, Watch, browser, chromium  # noqa: F401
from tests.e2e import product as processes
from tests.e2e.mail_scene import mail_service, scene  # noqa: F401
from tests.e2e.product import PASSWORD, Product
from tests.e2e.steps import sign_in

FAILURES = Path(settings.BASE_DIR) / "build/screens/failures"
# Generous for a busy machine; nothing waits that long unless it is broken.
PATIENCE_MS = 60_000
_failed = pytest.StashKey[bool]()


@dataclass
class Visitor:
    """A browser with one tab open, and what it complains of."""

    page: Page
    watch: Watch


Visit = Callable[..., Visitor]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    chromium()
    with processes.running(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture(scope="session")
def signed_in_states() -> dict[str, Any]:
    """Email → cookies, so that each person signs in once."""
    return {}


@pytest.fixture
def visit(request: pytest.FixtureRequest, browser: Browser, product: Product) -> Iterator[Visit]:  # noqa: F811
    """visit(**options of a context) → Visitor. A test fails on anything that one of its browsers complained of."""
    expect.set_options(timeout=PATIENCE_MS)
    opened: list[tuple[BrowserContext, Visitor]] = []

    def visit(**options: Any) -> Visitor:
        viewport = {"width": WIDTHS["wide"], "height": HEIGHT}
        context = browser.new_context(base_url=product.base_url, viewport=viewport, **options)
        context.set_default_timeout(PATIENCE_MS)
        opened.append((context, Visitor(context.new_page(), Watch.over(context))))
        return opened[-1][1]

    yield visit
    if request.node.stash.get(_failed, False):
        for number, (context, _) in enumerate(opened):
            _keep(context, f"{request.node.name}-{number}")
    for context, _ in opened:
        context.close()
    assert [line for _, visitor in opened for line in visitor.watch.complaints] == []


@pytest.fixture
def visit_as(visit: Visit, product: Product, signed_in_states: dict[str, Any]) -> Visit:
    """visit_as(email, password) → Visitor who is signed in. Sample people have the product's password."""

    def visit_as(email: str, password: str = PASSWORD, **options: Any) -> Visitor:
        if email not in signed_in_states:
            first = visit()
            sign_in(first.page, email, password)
            signed_in_states[email] = first.page.context.storage_state()
        return visit(storage_state=signed_in_states[email], **options)

    return visit_as


def _keep(context: BrowserContext, name: str) -> None:
    """Picture and text of what the browser showed when the test failed."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    safe = "".join(each if each.isalnum() or each in "-_" else "-" for each in name)
    for place, page in enumerate(context.pages):
        page.screenshot(path=FAILURES / f"{safe}-{place}.png", full_page=True)
        (FAILURES / f"{safe}-{place}.html").write_text(page.content())
