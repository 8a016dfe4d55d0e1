"""The call meter in a real browser: it refreshes itself while it is open, keeps the focus, and looks right."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from extensions.core.lanes import Purpose, counting
from extensions.core.models import CallCount, Lane
from tests.browser import ARGUMENTS, HEIGHT, WIDTHS, Watch, chromium, grave_findings, sideways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("components"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def home(config) -> str:
    CallCount.objects.all().delete()
    Lane.objects.update(per_second=5)
    return f"/abc123/extensions/{config.pk}/"


@pytest.fixture
def visit(owner_client, live_server):
    """`visit(path, **options)` opens a page as the owner, on a clock that the test moves."""
    cookie = {"name": "sessionid", "value": owner_client.cookies["sessionid"].value, "url": live_server.url}

    @contextmanager
    def open_page(path: str, **options) -> Iterator[Page]:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
            context = browser.new_context(base_url=live_server.url, **options)
            context.add_cookies([cookie])
            watch, page = Watch.over(context), context.new_page()
            page.clock.install()
            page.goto(path)
            yield page
            assert watch.complaints == []
            browser.close()

    return open_page


def meanwhile(act: Callable[[], None]) -> None:
    """In a thread with a connection of its own: the browser's event loop is in this one."""

    def alone() -> None:
        act()
        connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(alone).result()


def count(config, back: timedelta, purpose: Purpose, calls: int, config_id=None) -> None:
    row = counting._of_minute(config.lane_id, timezone.now() - back, purpose.value, config_id or config.pk)
    counting.add(row, calls=calls)


def test_the_card_and_the_page_follow_the_counts_while_they_are_open(visit, home, config):
    with visit(home) as page:
        expect(page.locator("#call-meter")).to_contain_text("0 of 18,000")
        meanwhile(lambda: count(config, timedelta(minutes=5), Purpose.SYNC, 3))
        page.clock.fast_forward(30_000)
        expect(page.locator("#call-meter")).to_contain_text("3 of 18,000")
        page.get_by_role("link", name="Who made them, and when").click()
        page.get_by_role("link", name="By day").click()
        expect(page.get_by_role("link", name="By day")).to_have_attribute("aria-current", "true")
        page.get_by_role("link", name="Table").focus()
        meanwhile(lambda: count(config, timedelta(minutes=5), Purpose.PEOPLE, 4))
        page.clock.fast_forward(15_000)
        expect(page.get_by_role("row", name="Asked for by people 0 4 4")).to_be_visible()
        expect(page.get_by_role("link", name="Table")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Calls by day").get_by_role("row")).to_have_count(2)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_looks_right(visit, home, config, width, theme):
    for minutes in range(0, 2000, 3):
        count(config, timedelta(minutes=minutes), Purpose.SYNC, 2 + minutes % 11)
        count(config, timedelta(minutes=minutes), Purpose.PEOPLE, minutes % 7)
        count(config, timedelta(minutes=minutes), Purpose.USAGE, minutes % 5, config_id=4711)
    throttled = counting._of_minute(config.lane_id, timezone.now() - timedelta(minutes=30), "sync", config.pk)
    counting.add(throttled, calls=1, failed=1, throttled=1)
    Lane.objects.update(block="throttled", blocked_until=timezone.now() + timedelta(minutes=1))
    screen = {"color_scheme": theme, "viewport": {"width": WIDTHS[width], "height": HEIGHT}}
    with visit(home, **screen) as page:
        for name, path in (("card", home), ("bars", f"{home}calls/"), ("table", f"{home}calls/?by=hour&as=table")):
            page.goto(path)
            page.screenshot(path=settings.BASE_DIR / f"build/screens/calls-{name}-{width}-{theme}.png", full_page=True)
            assert sideways(page) <= 0
            assert grave_findings(page) == []
