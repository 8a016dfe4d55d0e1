"""Support staff: set up a second factor, search, look, check; in a real browser under our policy."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.cast import code_of
from tests.demo.test_demo_supervisor import wait_for
from tests.e2e import steps
from tests.e2e.pictures import findings
from tests.e2e.screens import SAMPLE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SUPPORT = "support@example.com"


def add_app(page: Page) -> None:
    page.get_by_role("link", name="Add an authenticator app").click()
    secret = page.locator("#authenticator-secret").inner_text().split()[0]
    expect(page.get_by_alt_text("The secret below as a QR code")).to_be_visible()
    assert list(findings(page, "second-factor-add")) == []
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert list(findings(page, "recovery-codes")) == []
    page.get_by_role("link", name="I have kept them").click()
    assert list(findings(page, "second-factors")) == []
    page.get_by_role("link", name="Go to the support pages").click()


def search(page: Page, text: str) -> None:
    page.get_by_label("Search everything").fill(text)
    page.locator("#search-everywhere").get_by_role("button", name="Search").click()


def check(page: Page, configuration: str) -> None:
    page.locator(".breadcrumbs").get_by_role("link", name="Extension configurations").click()
    link = page.get_by_role("link", name=configuration, exact=True)
    page.get_by_role("row").filter(has=link).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(label="Check chosen configurations now")
    page.locator("button[name=index]").click()
    expect(page.locator(".messagelist")).to_contain_text(f"{configuration}: A check is asked.")


def test_support_staff_find_a_sim_and_check_its_configuration(product, visit):
    visitor = visit()
    page = visitor.page
    steps.sign_in(page, SUPPORT, product.password)
    page.goto("/admin/")
    expect(page.get_by_text("Support staff need two-step sign-in").first).to_be_visible()
    add_app(page)
    seen = {"support": page.url, "support-sims": "/admin/sims/sim/"}
    seen |= {"support-api-keys": "/admin/organizations/apikey/", "support-logs": "/admin/devices/diagnosticlog/"}
    seen["support-error-codes"] = "/admin/devices/diagnosticerrorcode/"
    search(page, f"{SAMPLE} 8988")
    seen["support-search"] = page.url
    sims = page.locator(".found", has=page.get_by_role("heading", name="SIMs"))
    iccid = sims.locator("tbody a").first.inner_text()
    # Other tests have added the same account to organizations of their own.
    search(page, f"{SAMPLE} {iccid}")
    sims.get_by_role("link", name=iccid).click()
    expect(page.locator(".field-subject")).to_contain_text(iccid)
    seen["support-sim"] = page.url
    page.locator(".field-config a").click()
    seen["support-configuration"] = page.url
    check(page, page.locator(".field-name .readonly").inner_text())
    seen["support-configurations"] = page.url
    page.goto("/admin/extensions/connectioncheck/")
    newest = page.locator("#result_list tbody tr").first
    expect(newest).to_contain_text(SUPPORT)
    wait_for(lambda: steps.seen_again(newest, "Proved"))
    assert visitor.watch.complaints == []
    # The accessibility checker's own styles are what the policy refuses on these pages.
    visitor.watch.expected.append("Applying inline style")
    assert [each for name, path in seen.items() for each in _findings_of(page, name, path)] == []


def _findings_of(page: Page, name: str, path: str) -> list[str]:
    page.goto(path)
    return list(findings(page, name))


def test_a_passkey_is_added_and_used_to_sign_in(product, visit):
    email = product.organization("keys01", "Key keepers", "keys@example.com") and "keys@example.com"
    host = product.base_url.replace("127.0.0.1", "localhost")
    page = visit().page
    authenticator = page.context.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{host}/accounts/login/?next=/accounts/2fa/")
    sign_in_here(page, email)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("This computer")
    assert list(findings(page, "passkey-add")) == []
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{host}/accounts/2fa/")
    expect(page.get_by_role("rowheader", name="This computer")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{host}/accounts/login/?next=/profile/")
    sign_in_here(page, email)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert list(findings(page, "second-step")) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile("/profile/"))


def test_a_page_opened_by_number_says_that_passkeys_need_a_name(product, visit_as):
    page = visit_as("reader@example.com", product.password).page
    page.goto("/accounts/2fa/passkeys/add/")
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password", exact=True).fill(product.password)
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Passkeys need a host name")).to_be_visible()
    expect(page.get_by_role("button", name="Add the passkey")).to_be_disabled()


def sign_in_here(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(steps.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
