"""SIMs ticked on several pages of the list, rehearsed, confirmed, and done; judged by the carrier's own log."""

import re

import pytest
from playwright.sync_api import Page, expect

from extensions.controlcenter.sandbox.model import ACTIVATED, DEACTIVATED
from extensions.controlcenter.sandbox.seed import WEST_EDITOR
from tests.demo.test_demo_supervisor import wait_for
from tests.e2e import steps
from tests.e2e.steps import Credentials

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ORG, EMAIL = "fleet1", "fleet@example.com"


@pytest.fixture
def page(product, visit) -> Page:
    product.organization(ORG, "Fleet and Co", EMAIL)
    page = visit().page
    steps.sign_in(page, EMAIL)
    steps.add_account(page, ORG, Credentials.of(WEST_EDITOR, product.sandbox.base_url))
    return page


def _listed(page: Page) -> None:
    """The first inventory is through."""

    def all_there() -> bool:
        page.goto(f"/{ORG}/sims/?size=25")
        return page.get_by_role("link", name="Next").count() > 0

    wait_for(all_there, 60)


def test_ticked_on_two_pages_rehearsed_confirmed_and_done(page, product):
    sandbox = product.sandbox
    first, second, done_already = sandbox.sim_in(DEACTIVATED), sandbox.sim_in(DEACTIVATED, 1), sandbox.sim_in(ACTIVATED)
    sandbox.set(state_delay_s=0)
    _listed(page)
    for iccid in (first, done_already):
        page.goto(f"/{ORG}/sims/?size=25&q={iccid}")
        page.get_by_label(f"Tick {iccid}").check()
    page.goto(f"/{ORG}/sims/?size=25&q={second}")
    page.get_by_label(f"Tick {second}").check()
    expect(page.locator("[data-ticked-count]")).to_have_text("3 ticked")
    before = sandbox.last_call()

    page.get_by_role("button", name="Act on ticked").click()
    page.get_by_label("Change activation state").check()
    page.get_by_label("New state").select_option("Activated")
    page.get_by_role("button", name="Rehearse").click()
    expect(page.get_by_text("It is Activated already.").first).to_be_visible()
    assert [sandbox.performed(each, before) for each in (first, second)] == [[], []]

    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("2 of 2 have an outcome.")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Finished")).to_be_visible()
    for iccid in (first, second):
        assert sandbox.performed(iccid, before) == [("status", ACTIVATED)]
    assert sandbox.performed(done_already, before) == []

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert sorted(line.split(",")[2] for line in lines[1:]) == ["Done", "Done", "Left out"]
    page.get_by_role("link", name=first).click()
    expect(page.get_by_role("heading", name=re.compile("Change activation state"))).to_be_visible()
