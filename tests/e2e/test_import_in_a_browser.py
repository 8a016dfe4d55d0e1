"""A fleet from two tables: devices all at once, then their ICCIDs, which a spreadsheet has mangled."""

import re

import pytest
from playwright.sync_api import Page, expect

from extensions.controlcenter.sandbox.model import ACTIVATED, DEACTIVATED
from extensions.controlcenter.sandbox.seed import WEST_EDITOR
from iotdash.lib.spreadsheets import as_xlsx
from tests.e2e import steps
from tests.e2e.import_screens import upload
from tests.e2e.steps import Credentials

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ORG, EMAIL = "tables", "tables@example.com"
HEAD = "Device type,Device ID,ICCID"


@pytest.fixture
def page(product, visit) -> Page:
    product.organization(ORG, "Tables and Co", EMAIL)
    visitor = visit()
    visitor.watch.expected.append("status of 422")
    steps.sign_in(visitor.page, EMAIL)
    steps.add_account(visitor.page, ORG, Credentials.of(WEST_EDITOR, product.sandbox.base_url))
    steps.add_device(visitor.page, ORG, "pump", "p0")
    return visitor.page


def test_devices_and_their_mangled_iccids_in_both_modes(page, product):
    sandbox = product.sandbox
    good = [sandbox.sim_in(ACTIVATED), sandbox.sim_in(DEACTIVATED), sandbox.sim_in(DEACTIVATED, 1)]
    _import_devices(page)

    _upload(page, [f"pump,p1,{good[0]}", "pump,p2,8.98E+18", f"pump,p3,{good[2][:15]}0000"])
    problems = page.get_by_role("region", name="Problems of the file")
    expect(problems.get_by_text("is how a spreadsheet shows a long number")).to_be_visible()
    expect(problems.get_by_text("15 digits and zeros")).to_be_visible()
    expect(page.get_by_role("button", name="Import all or nothing")).to_have_count(0)
    page.get_by_role("button", name="Import 1 row by row").click()
    _finished(page, "1 of 1 have an outcome.")
    expect(page.get_by_text("Row 3: “8.98E+18”")).to_be_visible()

    _upload(page, [f"pump,p2,{good[1]}", f"pump,p3,{good[2]}"])
    page.get_by_role("button", name="Import all or nothing").click()
    _finished(page, "2 of 2 have an outcome.")
    page.get_by_role("link", name="pump/p3").click()
    expect(page.locator("textarea[name=document]")).to_have_value(steps.configuration_text(good[2]))


def _import_devices(page: Page) -> None:
    page.goto(f"/{ORG}/devices/")
    page.get_by_role("link", name="Import", exact=True).click()
    rows = [["pump", f"p{number}", f"00{number}"] for number in range(1, 4)]
    upload(page, "pumps.xlsx", b"".join(as_xlsx(["Type", "ID", "Serial number"], rows, "Pumps")))
    page.get_by_role("button", name="Import all or nothing").click()
    _finished(page, "3 of 3 have an outcome.")
    page.goto(f"/{ORG}/devices/?q=003")
    expect(page.get_by_role("link", name="p3", exact=True)).to_be_visible()


def _upload(page: Page, rows: list[str]) -> None:
    page.goto(f"/{ORG}/devices/import/")
    upload(page, "sims.csv", "\n".join([HEAD, *rows]).encode(), "Device configuration")
    expect(page.get_by_role("heading", name=re.compile("^Import sims.csv"))).to_be_visible()


def _finished(page: Page, words: str) -> None:
    expect(page.get_by_text(words)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=60_000)
