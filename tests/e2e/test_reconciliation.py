"""Links that are proposed, and accepted: two as a job, and one that was ambiguous until the wrong one was refused."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.steps import badge

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
URL = "/demo01/sims/reconciliation/"


def rows(page: Page, state: str):
    return page.locator("tbody tr").filter(has_text=state)


def device_of(page: Page, sim: str) -> str:
    """As the page of the SIM names it."""
    page.goto(f"/demo01/sims/?q={sim}")
    page.get_by_role("link", name=sim, exact=True).click()
    return page.locator("main").inner_text()


def test_reconciliation_accepted(product, visit_as):
    page = visit_as("admin@example.com", product.password).page
    page.goto("/demo01/sims/")
    page.get_by_role("link", name="Reconciliation").click()
    page.get_by_role("link", name="Links proposed").click()
    expect(rows(page, "Offered")).to_have_count(3)
    told = [
        (row.locator("th").inner_text(), row.locator("td").nth(2).inner_text()) for row in rows(page, "Offered").all()
    ]
    for name, _ in told[:2]:
        page.get_by_label(f"Tick {name}").check()
    page.get_by_role("button", name="Accept ticked").click()
    expect(page.get_by_role("heading", name="Link SIMs to devices as proposed")).to_be_visible()
    page.get_by_role("button", name="Confirm").click()
    expect(badge(page.locator("#progress"))).to_have_text("Finished")
    expect(page.locator("#items").get_by_text("Linked.")).to_have_count(2)
    for name, device in told[:2]:
        assert f"In device {device}" in device_of(page, name)
    _one_by_one(page)


def _one_by_one(page: Page) -> None:
    page.goto(f"{URL}proposals/?state=ambiguous")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Refuse").first.click()
    expect(page.get_by_text("Refused. It is not offered again.")).to_be_visible()
    page.goto(f"{URL}proposals/")
    expect(rows(page, "Offered")).to_have_count(2)
    page.get_by_role("button", name="Accept SIM").first.click()
    expect(page.get_by_text("now.", exact=False).first).to_be_visible()
    expect(rows(page, "Offered")).to_have_count(1)
    page.goto(f"{URL}proposals/?state=refused")
    expect(page.locator("tbody tr")).to_have_count(1)
