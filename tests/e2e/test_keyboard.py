"""The pages by keyboard alone."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_catalogue_takes_focus_and_gives_it_back(visit_as, product):
    page = visit_as("admin@example.com", product.password).page
    page.goto("/demo01/extensions/")
    opener = page.get_by_role("link", name="Add Extension")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_skip_link_is_the_first_stop(visit_as, product):
    page = visit_as("admin@example.com", product.password).page
    page.goto("/demo01/devices/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
