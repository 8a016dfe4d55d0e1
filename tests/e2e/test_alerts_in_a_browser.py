"""An alert rule over a filtered list of SIMs: the bell rings, the alert says why, and ends when it is not true."""

import pytest
from playwright.sync_api import Page, expect

from extensions.controlcenter.sandbox.model import ACTIVATED
from extensions.controlcenter.sandbox.seed import WEST_EDITOR
from tests.demo.test_demo_supervisor import wait_for
from tests.e2e import steps
from tests.e2e.steps import Credentials

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ORG, EMAIL = "alert1", "alerts@example.com"


@pytest.fixture
def page(product, visit) -> Page:
    product.organization(ORG, "Alerts and Co", EMAIL)
    page = visit().page
    steps.sign_in(page, EMAIL)
    steps.add_account(page, ORG, Credentials.of(WEST_EDITOR, product.sandbox.base_url))
    return page


def _rings(page: Page, number: str) -> None:
    def so_many() -> bool:
        page.goto(f"/{ORG}/alerts/")
        return page.locator(".bell-number").inner_text() == number

    wait_for(so_many, 180)


def test_raised_shown_by_the_bell_and_resolved(page, product):
    iccid = product.sandbox.sim_in(ACTIVATED)

    def usage_known() -> bool:
        page.goto(f"/{ORG}/sims/?q={iccid}&usage=known")
        return page.get_by_role("link", name=iccid).count() > 0

    wait_for(usage_known, 120)
    listed = page.url
    page.goto(f"/{ORG}/alerts/")
    expect(page.locator(".bell-number")).to_have_text("0")
    page.get_by_role("link", name="Rules").first.click()
    page.get_by_role("link", name="Add rule").first.click()
    page.get_by_role("link", name="Data over a value").click()
    page.get_by_label("Name").fill("Any data at all")
    page.get_by_label("More than (MB)").fill("0")
    page.get_by_label("Those that match a filter").check()
    page.get_by_label("Filter of the list of SIMs").fill(listed)
    page.get_by_label("alerts@example.com").check()
    page.get_by_role("button", name="Set rule").click()
    expect(page.get_by_role("heading", name="Any data at all")).to_be_visible()

    _rings(page, "1")
    page.get_by_role("link", name=iccid).click()
    expect(page.get_by_text("MB used in its cycle so far").first).to_be_visible()
    page.get_by_role("link", name="Open what it is about").click()
    expect(page.get_by_role("heading", name=iccid).first).to_be_visible()

    page.goto(f"/{ORG}/alerts/rules/")
    page.get_by_role("link", name="Any data at all", exact=True).click()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("More than (MB)").fill("1000000")
    page.get_by_role("button", name="Save").click()
    _rings(page, "0")
    expect(page.get_by_text("No open alerts")).to_be_visible()
    page.get_by_role("link", name="Resolved").click()
    expect(page.get_by_text("Not true any more").first).to_be_visible()
