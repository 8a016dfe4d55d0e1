"""The control pages of sandboxes as people use them: their forms reach the controls, which refuse other sites."""

import pytest
from playwright.sync_api import Page, expect

from iotdash.demo import state

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(("name", "path"), [("controlcenter", "/"), ("email", "/controls"), ("orange", "/")])
def test_a_fault_is_added_and_cleared_by_hand(product, visit, name: str, path: str) -> None:
    page: Page = visit().page
    page.goto(f"http://{state.HOST}:{state.load(product.var).ports[name]}{path}")
    page.get_by_label("Path").fill("/asked-by-nobody")
    page.get_by_role("button", name="Add fault").click()
    expect(page.get_by_role("cell", name="/asked-by-nobody")).to_be_visible()
    page.get_by_role("button", name="Clear all faults").click()
    expect(page.get_by_role("cell", name="/asked-by-nobody")).to_have_count(0)
