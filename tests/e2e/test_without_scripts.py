"""The way of an administrator whose browser runs no scripts."""

import pytest
from playwright.sync_api import Page, expect

from extensions.controlcenter.sandbox.model import ACTIVATED, DEACTIVATED
from extensions.controlcenter.sandbox.seed import WEST_ADMIN
from tests.demo.test_demo_supervisor import wait_for
from tests.e2e import steps
from tests.e2e.steps import Credentials

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ORG, EMAIL = "plain1", "plain@example.com"
PATIENCE_S = 120


def test_everything_is_done_by_links_and_forms(product, visit):
    product.organization(ORG, "Plain Pumps", EMAIL)
    page, sandbox = visit(java_script_enabled=False).page, product.sandbox
    iccid, before = sandbox.sim_in(ACTIVATED, 2), sandbox.last_call()
    steps.sign_in(page, EMAIL)
    _add_the_extension(page, Credentials.of(WEST_ADMIN, sandbox.base_url))
    page.goto(steps.add_device(page, ORG, "tank", "tank-1"))
    page.get_by_label("Device configuration").fill(steps.configuration_text(iccid))
    page.get_by_role("button", name="Confirm changes").click()
    page.locator("#section-extensions").get_by_role("link", name="Jasper").click()
    wait_for(lambda: steps.seen_again(page.locator("#main"), "Data fetched"), PATIENCE_S)
    page.get_by_label("New state").select_option(label="Deactivated")
    page.get_by_role("button", name="Change state").click()
    expect(page.get_by_text("is asked. The panel says what becomes of it.")).to_be_visible()
    page.get_by_role("link", name="Change activation state").click()
    wait_for(lambda: steps.seen_again(steps.badge(page.locator("#operation")), "Confirmed"), PATIENCE_S)
    assert sandbox.performed(iccid, before) == [("status", DEACTIVATED)]


def _add_the_extension(page: Page, credentials: Credentials) -> None:
    page.goto(f"/{ORG}/extensions/")
    page.get_by_role("link", name="Add Extension").click()
    page.get_by_role("link", name="Add Jasper").click()
    steps.type_credentials(page, credentials)
    steps.check_connection(page)
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    wait_for(lambda: steps.seen_again(steps.outcome(page), "Connected"), PATIENCE_S)
    steps.done(page, ORG)
