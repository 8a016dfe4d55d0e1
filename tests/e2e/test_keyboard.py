"""The pages by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.e2e.fleet_screens import rehearsed

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


def test_a_list_that_is_sorted_and_paged_leaves_the_focus_where_it_was(visit_as, product):
    page = visit_as("admin@example.com", product.password).page
    page.goto("/demo01/devices/?size=25")
    for name, address in (("Serial number", "sort=serial"), ("Next", "cursor=")):
        page.get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{address}**")
        expect(page.get_by_role("link", name=name)).to_be_focused()


def test_a_job_that_is_polled_takes_no_focus_from_its_buttons(visit_as, product):
    page = visit_as("admin@example.com", product.password).page
    page.goto("/demo01/sims/?state=Trial")
    rehearsed(page, "Inventory")
    page.get_by_label("Hold before sending").select_option("720")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Pause").focus()
    for _ in range(2):
        with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "progress"):
            pass
    # What was swapped settles after the answer.
    page.wait_for_function("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    page.get_by_role("button", name="Cancel what is left").click()
    expect(page.get_by_text("Cancelled before it was begun.").first).to_be_visible()


def test_unticking_all_leaves_the_focus_at_what_can_be_done_next(visit_as, product):
    page = visit_as("admin@example.com", product.password).page
    page.goto("/demo01/devices/?size=25")
    page.get_by_label("Tick all of this page").check()
    page.get_by_role("button", name="Untick all").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("None ticked")).to_be_visible()
    expect(page.get_by_role("button", name="Act on ticked")).to_be_focused()
