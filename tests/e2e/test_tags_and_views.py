"""Devices ticked on two pages get a tag, are found by it, and the view is opened by another member."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
DEVICES = "/demo01/devices/"
FIRST, SECOND = "meter-001", "meter-026"


def tick(page: Page, device_id: str) -> None:
    page.get_by_label(f"Tick {device_id}").check()


def listed(page: Page) -> list[str]:
    return page.locator("#device-list tbody th").all_inner_texts()


def open_menu(page: Page) -> None:
    page.locator("#device-list summary", has_text="Saved views").click()


def test_tick_tag_filter_save_and_open(product, visit_as):
    ada = visit_as("admin@example.com", product.password).page
    ada.goto(f"{DEVICES}?q=meter-&size=25")
    tick(ada, FIRST)
    ada.get_by_role("link", name="Next").click()
    tick(ada, SECOND)
    expect(ada.get_by_text("2 ticked")).to_be_visible()
    ada.get_by_role("button", name="Act on ticked").click()
    expect(ada.get_by_role("heading", name="2 selected devices")).to_be_visible()
    ada.get_by_label("Tags", exact=False).last.fill("Inspected, no leak")
    ada.get_by_role("button", name="Rehearse").click()
    expect(ada.get_by_role("heading", name="Add tags Inspected, no leak")).to_be_visible()
    ada.get_by_role("button", name="Confirm").click()
    expect(ada.get_by_text("2 of 2 have an outcome.")).to_be_visible()

    ada.goto(DEVICES)
    expect(ada.get_by_text("None ticked")).to_be_visible()
    ada.get_by_text("Filters", exact=True).click()
    ada.get_by_label("All of the tags").fill("inspected, NO LEAK")
    ada.get_by_role("button", name="Apply", exact=True).click()
    expect(ada.get_by_text("All of the tags: inspected, NO LEAK")).to_be_visible()
    assert listed(ada) == [FIRST, SECOND]

    open_menu(ada)
    ada.get_by_role("link", name="Save this view").click()
    ada.get_by_label("Name").fill("Inspected meters")
    ada.get_by_label("Share with everybody").check()
    ada.get_by_role("button", name="Save view").click()
    expect(ada.get_by_text("View “Inspected meters” is saved.")).to_be_visible()

    rhea = visit_as("reader@example.com", product.password).page
    rhea.goto(DEVICES)
    open_menu(rhea)
    rhea.get_by_role("link", name="Inspected meters").click()
    expect(rhea.get_by_text("All of the tags: inspected, NO LEAK")).to_be_visible()
    assert listed(rhea) == [FIRST, SECOND]
