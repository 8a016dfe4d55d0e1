"""Pages of work on many things at once: selecting, choosing, the rehearsal, jobs in their states, and alerts."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.product import Product
from tests.e2e.screens import EMPTY, EMPTY_ADMIN, EXTENSIONS, SAMPLE, SAMPLE_READER, SIMS, Screen

JOBS = f"/{SAMPLE}/jobs/"
ALERTS = f"/{SAMPLE}/alerts/"


def _ticked(page: Page, product: Product) -> None:
    for number in (0, 2, 3):
        page.locator("[data-tick]").nth(number).check()
    expect(page.locator("[data-ticked-count]")).to_have_text("3 ticked")


def _chosen(page: Page, product: Product) -> None:
    _ticked(page, product)
    page.get_by_role("button", name="Act on ticked").click()
    page.get_by_label("Send SMS").check()
    page.get_by_label("Message").fill("Report the pressure of your tank.")


def _nothing_chosen(page: Page, product: Product) -> None:
    page.get_by_role("button", name="Act on ticked").click()
    expect(page.get_by_text("Nothing is selected.")).to_be_visible()


def _missing(page: Page, product: Product) -> None:
    _ticked(page, product)
    page.get_by_role("button", name="Act on ticked").click()
    page.get_by_label("Change activation state").check()
    page.get_by_role("button", name="Rehearse").click()
    expect(page.get_by_text("Choose the new state.").first).to_be_visible()


def rehearsed(page: Page, state: str) -> None:
    """All SIMs of the list that is open."""
    page.get_by_role("button", name=re.compile("^Act on all")).click()
    page.get_by_label("Change activation state").check()
    page.get_by_label("New state").select_option(state)
    page.get_by_role("button", name="Rehearse").click()
    expect(page.get_by_role("button", name="Confirm")).to_be_visible()


def _retirement(page: Page, product: Product) -> None:
    rehearsed(page, "Retired")


def _mistyped(page: Page, product: Product) -> None:
    rehearsed(page, "Retired")
    page.get_by_label(re.compile("^Type the number")).fill("1")
    page.get_by_role("button", name="Confirm").evaluate("button => { button.disabled = false; button.click(); }")
    expect(page.get_by_text("no way back").first).to_be_visible()


def _held(page: Page, product: Product) -> None:
    rehearsed(page, "Inventory")
    page.get_by_label("Hold before sending").select_option("720")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("button", name="Begin now")).to_be_visible()


def _cancelled(page: Page, product: Product) -> None:
    _held(page, product)
    page.get_by_role("button", name="Cancel what is left").click()
    expect(page.get_by_text("Ended")).to_be_visible()


def _first_job(page: Page, product: Product) -> None:
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="Items")).to_be_visible()


def _first_rule(page: Page, product: Product) -> None:
    page.locator("tbody th a").first.click()
    expect(page.get_by_text("Mail to")).to_be_visible()


def _refused_rule(page: Page, product: Product) -> None:
    page.get_by_label("More than (MB)").fill("5")
    page.get_by_label("Those that match a filter").check()
    page.get_by_label("Filter of the list of SIMs").fill("nonsense=1")
    page.get_by_role("button", name="Set rule").click()
    expect(page.get_by_text("This list has no filter").first).to_be_visible()


FLEET_SCREENS = (
    Screen("sims-ticked", f"{SIMS}/?size=25", prepare=_ticked),
    Screen("sims-chosen", f"{SIMS}/?size=25", prepare=_chosen),
    Screen("sims-nothing-chosen", f"{SIMS}/?size=25", prepare=_nothing_chosen),
    Screen("sims-chosen-missing", f"{SIMS}/?size=25", prepare=_missing),
    Screen("job-retirement", f"{SIMS}/?state=Test+Ready", prepare=_retirement),
    Screen("job-mistyped", f"{SIMS}/?state=Test+Ready", prepare=_mistyped),
    Screen("job-held", f"{SIMS}/?state=Trial", prepare=_held),
    Screen("job-cancelled", f"{SIMS}/?state=Test+Ready", prepare=_cancelled),
    Screen("job-reader", JOBS, who=SAMPLE_READER, prepare=_first_job),
    Screen("jobs", JOBS),
    Screen("jobs-nothing-matches", f"{JOBS}?q=nothing+like+it"),
    Screen("jobs-empty", f"/{EMPTY}/jobs/", who=EMPTY_ADMIN),
    Screen("alerts", ALERTS),
    Screen("alerts-resolved", f"{ALERTS}resolved/", who=SAMPLE_READER),
    Screen("alerts-empty", f"/{EMPTY}/alerts/", who=EMPTY_ADMIN),
    Screen("alert-rules", f"{ALERTS}rules/"),
    Screen("alert-rules-empty", f"/{EMPTY}/alerts/rules/", who=EMPTY_ADMIN),
    Screen("alert-rule", f"{ALERTS}rules/", prepare=_first_rule),
    Screen("alert-rule-choose", f"{ALERTS}rules/add/"),
    Screen("alert-rule-refused", f"{ALERTS}rules/add/?condition=sim-data-over", prepare=_refused_rule),
    Screen("alert-wording", f"{ALERTS}wording/"),
    Screen("quality", f"{EXTENSIONS}/quality/email/", who=SAMPLE_READER),
)
