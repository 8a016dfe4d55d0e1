"""The whole way of an administrator, on the real processes: from an empty organization to an operated SIM."""

import re
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from extensions.controlcenter.sandbox.cycles import current_start, shifted
from extensions.controlcenter.sandbox.model import ACTIVATED, DEACTIVATED
from extensions.controlcenter.sandbox.seed import WEST_ADMIN
from tests.e2e import steps
from tests.e2e.steps import Credentials, asked, panel

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ORG, EMAIL = "way001", "way@example.com"
LATER_S = 600
NEW_PLAN = "Global 500MB"
MESSAGE = "Report your pressure"


@pytest.fixture
def page(product, visit):
    """A new administrator's browser, in an organization without anything. Nothing comes to pass by itself."""
    product.organization(ORG, "Way and Sons", EMAIL)
    product.sandbox.set(state_delay_s=LATER_S, plan_delay_s=LATER_S, sms_delay_s=LATER_S)
    visitor = visit()
    visitor.watch.expected.append("status of 422")
    yield visitor.page
    product.sandbox.set(state_delay_s=0, plan_delay_s=0, sms_delay_s=5)


def test_from_sign_in_to_an_operated_sim(page, product):
    sandbox = product.sandbox
    iccid, before = sandbox.sim_in(DEACTIVATED), sandbox.last_call()
    steps.sign_in(page, EMAIL)
    _add_the_extension(page, Credentials.of(WEST_ADMIN, sandbox.base_url))
    path = _add_a_device(page)
    _refuse_mangled_iccids(page, path)
    _configure(page, iccid, sandbox.sim(iccid))
    _change_the_state(page, sandbox)
    _send_a_message(page, sandbox)
    _look_at_a_past_cycle(page, _past_cycle(sandbox.now()))
    _change_the_plan(page, sandbox)
    _read_it_all_in_the_activity(page)
    assert sandbox.performed(iccid, before) == [("status", ACTIVATED), ("sms", None), ("rate_plan", NEW_PLAN)]


def _add_the_extension(page: Page, right: Credentials) -> None:
    page.get_by_role("link", name="Extensions", exact=True).click()
    expect(page.get_by_role("heading", name="No extensions yet")).to_be_visible()
    page.get_by_role("link", name="Add Extension").click()
    page.get_by_role("dialog").get_by_role("link", name="Add Jasper").click()
    wrong = replace(right, access_key="not-the-key")
    steps.type_credentials(page, wrong)
    expect(page.locator("#endpoint")).to_contain_text(f"{right.domain_id}/rws/api/v1")
    answer = steps.check_connection(page)
    expect(answer).to_contain_text("does not accept this user name and access key")
    expect(answer).to_contain_text("Invalid credentials")
    expect(page.get_by_label("User name")).to_have_value(wrong.username)
    expect(page.get_by_label("Access key")).to_have_value(wrong.access_key)
    page.get_by_label("Access key").fill(right.access_key)
    expect(steps.check_connection(page)).to_contain_text("Connected")
    steps.done(page, ORG)
    page.goto(f"/{ORG}/extensions/")
    tile = steps.jasper_tile(page)
    expect(tile).to_contain_text("Connected")
    expect(tile).to_contain_text("Jasper Control Center became Cisco IoT Control Center")


def _add_a_device(page: Page) -> str:
    page.goto(f"/{ORG}/devices/")
    path = steps.add_device(page, ORG, "tank", "tank-1")
    expect(page.get_by_text("It is shown only now.")).to_be_visible()
    token = page.locator(".secret-once").get_by_text(re.compile(r"^\S{18,}$")).inner_text()
    page.goto(path)
    expect(page.get_by_text(token)).to_have_count(0)
    page.goto(f"/{ORG}/devices/add/")
    expect(page.get_by_text("Device configuration for extensions comes afterwards")).to_be_visible()
    return path


def _refuse_mangled_iccids(page: Page, path: str) -> None:
    page.goto(path)
    for mangled, words in (
        ("8.98820E+18", "is how a spreadsheet shows a long number"),
        ("8988200000000000000", "is 15 digits and zeros, as a spreadsheet rounds long numbers"),
    ):
        steps.configure(page, steps.configuration_text(mangled))
        problems = page.locator(".json-problems")
        expect(problems).to_contain_text(words)
        expect(problems).to_contain_text("Line 3, column 14")
        expect(page.locator("textarea[name=document]")).to_have_value(re.compile(re.escape(mangled)))


def _configure(page: Page, iccid: str, sim: dict) -> None:
    steps.configure(page, steps.configuration_text(iccid))
    expect(page.get_by_text("The device configuration is confirmed.")).to_be_visible()
    expect(panel(page)).to_contain_text("Data fetched")
    for shown in ("Deactivated", sim["rate_plan"], sim["imei"], iccid):
        expect(panel(page)).to_contain_text(shown)


def _change_the_state(page: Page, sandbox) -> None:
    page.evaluate("window.sameDocument = true")
    steps.change_state(page, "Activated")
    _accepted_then_confirmed(page, sandbox, "Change activation state")
    expect(panel(page).locator(".sim-freshness")).to_contain_text("Activated")
    states = panel(page).get_by_label("New state")
    expect(states.get_by_role("option", name="Activated", exact=True)).to_be_disabled()
    expect(states.get_by_role("option", name="Deactivated", exact=True)).to_be_enabled()


def _send_a_message(page: Page, sandbox) -> None:
    steps.send_sms(page, MESSAGE)
    _accepted_then_confirmed(page, sandbox, "Send SMS")


def _change_the_plan(page: Page, sandbox) -> None:
    form = panel(page).get_by_role("region", name="Rate plan")
    form.get_by_label("New rate plan").select_option(NEW_PLAN)
    form.get_by_role("button", name="Change plan").click()
    _accepted_then_confirmed(page, sandbox, "Change rate plan")
    expect(panel(page).locator("dl").first).to_contain_text(NEW_PLAN)
    assert page.evaluate("window.sameDocument") is True


def _accepted_then_confirmed(page: Page, sandbox, title: str) -> None:
    """Asked is not done: the carrier takes it first, and does it when its clock has moved."""
    badge = steps.badge(asked(page, title))
    expect(badge).to_have_text("Accepted")
    expect(asked(page, title)).to_contain_text(EMAIL)
    sandbox.advance(LATER_S)
    expect(badge).to_have_text("Confirmed")


def _past_cycle(now) -> date:
    return shifted(current_start(WEST_ADMIN, now), -1)


def _look_at_a_past_cycle(page: Page, start: date) -> None:
    form = panel(page).get_by_role("region", name="SIM usage")
    form.get_by_label("Cycle start date").fill(start.isoformat())
    form.get_by_role("button", name="Get usage").click()
    row = panel(page).get_by_role("row").filter(has=page.get_by_role("rowheader", name=start.isoformat()))
    expect(row).to_contain_text("not available")


def _read_it_all_in_the_activity(page: Page) -> None:
    page.goto(f"/{ORG}/activity/")
    entries = page.locator("#main")
    for words in ("extension added", "device configuration changed", "operation asked", "operation confirmed"):
        expect(entries).to_contain_text(re.compile(words, re.IGNORECASE))
