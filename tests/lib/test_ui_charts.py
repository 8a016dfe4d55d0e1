"""Charts in a real browser: drawn from the rows of their tables, in both themes, at any width, and gone with them."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import browser  # noqa: F401
from tests.lib.test_ui_browser import page, site  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("components")]
HUE = "() => document.querySelector('#gallery-line .u-series:nth-child(2) .u-marker').style.borderColor"


@pytest.fixture
def charts(page: Page) -> Page:  # noqa: F811
    page.goto("/")
    expect(page.locator("#gallery-line canvas, #gallery-bars canvas")).to_have_count(2)
    return page


def legend(page: Page, chart: str, x: float) -> dict[str, str]:  # noqa: F811
    """What the legend says with the pointer at this share of the chart's width."""
    place = page.locator(f"#{chart} .u-over")
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] / 2)
    return read(page, chart)


def read(page: Page, chart: str) -> dict[str, str]:  # noqa: F811
    """What the legend says."""
    labels, values = (page.locator(f"#{chart} .u-legend {part}").all_inner_texts() for part in (".u-label", ".u-value"))
    return dict(zip(labels, values, strict=True))


def test_where_nobody_points_the_legend_has_the_newest_numbers(charts: Page) -> None:
    newest = {"Day": "18 Nov", "Data so far": "310 MB", "Even pace": "300 MB"}
    assert read(charts, "gallery-line") == newest
    legend(charts, "gallery-line", 4 / 29)
    charts.mouse.move(0, 0)
    assert read(charts, "gallery-line") == newest


def test_the_pointer_reads_the_numbers_of_the_table(charts: Page) -> None:
    assert legend(charts, "gallery-line", 17 / 29) == {
        "Day": "18 Nov",
        "Data so far": "310 MB",
        "Even pace": "300 MB",
    }
    assert legend(charts, "gallery-line", 4 / 29) == {
        "Day": "5 Nov",
        "Data so far": "\N{EN DASH}",
        "Even pace": "83.3 MB",
    }
    assert legend(charts, "gallery-bars", 0.8) == {"Past cycle from": "1 Oct", "Data": "500 MB"}
    assert charts.errors == []


def test_the_theme_changes_on_the_open_page(charts: Page) -> None:
    light = charts.evaluate(HUE)
    charts.emulate_media(color_scheme="dark")
    charts.wait_for_function(f"light => ({HUE})() !== light", arg=light)
    expect(charts.locator("#gallery-line canvas")).to_have_count(1)


def test_it_becomes_as_narrow_as_its_place(charts: Page) -> None:
    charts.set_viewport_size({"width": 360, "height": 800})
    charts.wait_for_function("document.querySelector('#gallery-line .uplot').clientWidth < 330")


def test_a_part_that_is_loaded_anew_is_drawn_anew_and_keeps_its_numbers_open(charts: Page) -> None:
    charts.get_by_text("The same numbers as a table").click()
    charts.evaluate(
        """() => {
            const card = document.querySelector('#gallery-numbers').closest('.card');
            const anew = document.createElement('div');
            card.querySelectorAll('.uplot').forEach((chart) => chart.remove());
            card.querySelectorAll('details').forEach((numbers) => { numbers.open = false; });
            anew.innerHTML = card.outerHTML;
            card.replaceWith(anew);
            htmx.process(anew);
            htmx.trigger(anew, 'htmx:load', { elt: anew });
        }"""
    )
    expect(charts.locator("#gallery-line canvas")).to_have_count(1)
    assert charts.locator("#gallery-numbers").evaluate("numbers => numbers.open")


def test_without_the_library_the_table_says_it(page: Page) -> None:  # noqa: F811
    page.route("**/uplot.min*.js", lambda route: route.abort())
    page.goto("/")
    page.get_by_text("The same numbers as a table").click()
    expect(page.get_by_role("row", name="2026-11-18 310.0")).to_be_visible()
    expect(page.locator("#gallery-line")).to_be_hidden()
