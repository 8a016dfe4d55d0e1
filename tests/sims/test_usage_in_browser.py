"""Usage in a real browser: the chart draws the numbers of its table, and without it the table says them."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from extensions.sims import services
from extensions.sims.allowances import change
from extensions.sims.contract import SimRecord, UsageRecord
from extensions.sims.units import BYTES_PER_MB as MB
from tests.browser import ARGUMENTS, HEIGHT, WIDTHS, Watch, chromium, grave_findings, sideways
from tests.sims.test_sim_panel import PANEL

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("components"), pytest.mark.django_db(transaction=True)]

# Every chart that a page makes is kept with what it draws.
KEEP_CHARTS = """
  window.charts = [];
  let library;
  Object.defineProperty(window, "uPlot", {
    get: () => library,
    set(made) {
      library = function (options, data, target) { window.charts.push({ id: target.id, data }); return new made(options, data, target); };
      library.paths = made.paths;
    },
  });
"""  # noqa: E501 - a script
DRAWN = """(end) => { const { data } = window.charts.findLast(({ id }) => id.endsWith(end));
  return data[0].map((at, place) => data.map((line) => line[place])); }"""


@pytest.fixture
def start(target, config, source):
    """A cycle that began 17 days ago, in the evening in UTC; the SIM was activated on its sixth day."""
    today = timezone.now().astimezone(UTC).date()
    begins = today - timedelta(days=17)
    for back, data in ((31 + 17, 900), (62 + 17, None), (93 + 17, 400)):
        past = UsageRecord("0001", today - timedelta(days=back), total_data_bytes=data and data * MB, closed=True)
        services.store_usage(config, past, timezone.now())
    services.store_usage(config, UsageRecord("0001", begins, closed=False), timezone.now())
    used = {-3: 850, -1: 1, 5: 1, 6: 20, 9: 180, 10: None, 11: 181.5, 14: 310}
    for number, amount in used.items():
        at = datetime.combine(begins + timedelta(days=number), time(20), UTC)
        known = {"activated_at": datetime.combine(begins + timedelta(days=5), time(8), UTC), "ctd_sms": 0}
        record = SimRecord("0001", rate_plan="Small", ctd_data_bytes=amount and round(amount * MB), **known)
        services.store_record(config, record, at)
    change(config, {"Small": 500 * MB}, source)
    return begins


@pytest.fixture
def visit(owner_client, live_server):
    cookie = {"name": "sessionid", "value": owner_client.cookies["sessionid"].value, "url": live_server.url}

    def look(act, **options) -> None:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
            context = browser.new_context(base_url=live_server.url, **options)
            context.add_cookies([cookie])
            context.add_init_script(KEEP_CHARTS)
            watch, page = Watch.over(context), context.new_page()
            page.goto(PANEL)
            act(page)
            assert watch.complaints == []
            browser.close()

    return look


def days_of_table(page: Page) -> dict[str, tuple[str, str]]:
    """Day → data and even pace, as they stand in the table."""
    page.get_by_text("The same numbers as a table").click()
    rows = page.get_by_role("region", name="Usage by day").get_by_role("row").all()[1:]
    texts = [[row.get_by_role("rowheader").inner_text(), *row.get_by_role("cell").all_inner_texts()] for row in rows]
    return {day: (data, even) for day, data, _, even, *_ in texts}


def test_the_chart_draws_the_numbers_of_its_table(visit, start):
    def compare(page: Page) -> None:
        expect(page.locator(".chart canvas")).to_have_count(2)
        drawn = {datetime.fromtimestamp(at, UTC).date(): rest for at, *rest in page.evaluate(DRAWN, "-line")}
        table = days_of_table(page)
        days = sorted(drawn)
        assert days == [start - timedelta(days=1) + timedelta(days=number) for number in range(len(days))]
        assert {str(day) for day, (data, _) in drawn.items() if data is not None} == {
            day for day, (data, _) in table.items() if data[0].isdigit()
        }
        for day, (data, even) in table.items():
            told = drawn[datetime.fromisoformat(day).date()]
            for number, text in zip(told, (data, even), strict=True):
                assert (number is None) == (not text[0].isdigit()), (day, text)
                assert number is None or abs(number - float(text)) <= 0.051, (day, text)
        assert [even for _, even in drawn.values() if even is not None][-1] == 500
        past = [data for _, data in page.evaluate(DRAWN, "-bars")]
        assert past == [400, None, 900]

    visit(compare)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_looks_right(visit, start, width, theme):
    def look(page: Page) -> None:
        expect(page.locator(".chart canvas")).to_have_count(2)
        page.screenshot(path=settings.BASE_DIR / f"build/screens/usage-{width}-{theme}.png", full_page=True)
        assert sideways(page) <= 0
        assert grave_findings(page) == []

    visit(look, color_scheme=theme, viewport={"width": WIDTHS[width], "height": HEIGHT})


def test_without_scripts_the_table_says_it(visit, start):
    def read(page: Page) -> None:
        assert list(days_of_table(page).values())[-1][0] == "310.0"
        expect(page.locator(".chart").first).to_be_hidden()
        assert page.locator(".usage-sentence").inner_text().startswith("62 % of 500 MB on day 15 of ")

    visit(read, java_script_enabled=False)
