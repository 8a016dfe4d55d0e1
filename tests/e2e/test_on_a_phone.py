"""Lists on a phone: what opens and what can be chosen is within its width."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import HEIGHT, WIDTHS, sideways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def phone(visit_as, product) -> Page:
    visitor = visit_as("admin@example.com", product.password)
    visitor.watch.expected += ["status of 422"]
    visitor.page.set_viewport_size({"width": WIDTHS["phone"], "height": HEIGHT})
    return visitor.page


def test_the_columns_can_be_chosen(phone):
    phone.goto("/demo01/devices/")
    phone.locator("summary", has_text="Columns").click()
    panel = phone.locator(".chooser-panel").bounding_box()
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= WIDTHS["phone"]


def test_all_of_a_page_can_be_ticked(phone):
    phone.goto("/demo01/sims/?size=25")
    phone.get_by_text("All of this page").click()
    expect(phone.get_by_text("25 ticked")).to_be_visible()
    assert sideways(phone) <= 0


def test_a_long_word_that_is_refused_wraps(phone):
    phone.goto("/demo01/devices/pump/pump-003/tags/")
    phone.get_by_label("Tags").fill("Z" * 100)
    phone.get_by_role("button", name="Save tags").click()
    expect(phone.get_by_text("One thing needs your attention")).to_be_visible()
    assert sideways(phone) <= 0
