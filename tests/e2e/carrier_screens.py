"""Pages about carriers and their SIMs: set-up, usage, messages, calls, and what is empty or refused."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.carrier_scenery import BARE, BARE_ADMIN, FERRY, FERRY_ADMIN, RAIL, RAIL_ADMIN
from tests.e2e.product import Product
from tests.e2e.screens import EMPTY, EMPTY_ADMIN, SAMPLE_READER, SIMS, Screen

_NAMES = {
    RAIL: ("Northern Light Railway", RAIL_ADMIN),
    FERRY: ("Fjord Ferries", FERRY_ADMIN),
    BARE: ("Bare Hill Quarries", BARE_ADMIN),
}
_MAKE = "import json; from tests.e2e.carrier_scenery import make; print('SCENERY' + json.dumps(make()))"
_PORTS = "import json; from django.conf import settings; print('PORTS' + json.dumps(settings.IOTDASH_SANDBOXES))"
_ALL_COLUMNS = (
    "subject,carrier,config,state,plan,device,data,ctd_sms,ctd_voice_seconds,imsi,msisdn,imei,added_at,modified_at"
)
SETUP = f"/{EMPTY}/extensions/add"


def make_carriers(product: Product) -> dict[str, str]:
    """Organizations with SIMs, as paths by name; the sandboxes' pages."""
    for public_id, (name, email) in _NAMES.items():
        product.organization(public_id, name, email)
    made = json.loads(product.manage("shell", "-c", _MAKE).partition("SCENERY")[2])
    ports = json.loads(product.manage("shell", "-c", _PORTS).partition("PORTS")[2])
    return made | {"sandbox_orange": ports["orange"]}


def _orange(base_url: str = "", password: str = "wrong", calls: str = "") -> Callable[[Page, Product], None]:
    def fill(page: Page, product: Product) -> None:
        page.get_by_label("User name").fill("fleet-manager")
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_label("Base URL").fill(base_url)
        page.get_by_label("Calls a month").fill(calls)
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_role("alert").first).to_be_visible()

    return fill


def _push_secret(page: Page, product: Product) -> None:
    page.get_by_label("Shared secret of pushes").fill("what-control-center-shows")
    page.get_by_label("Shared secret of pushes").scroll_into_view_if_needed()


def _panel(page: Page, product: Product) -> None:
    expect(steps.panel(page)).to_contain_text("Overall data")


def _opened(page: Page, product: Product) -> None:
    _panel(page, product)
    page.get_by_text("The same numbers as a table").click()


def _allowance_refused(page: Page, product: Product) -> None:
    page.get_by_label("Sensors 5 MB").fill("-5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Type an amount in MB").first).to_be_visible()


def _link_refused(page: Page, product: Product) -> None:
    """Somebody else confirmed another configuration of the device since it was listed."""
    page.get_by_role("link", name="Link a device").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("pump-00")
    dialog.get_by_role("button", name="Search").click()
    replace = dialog.get_by_role("button", name="Replace").first
    replace.locator("xpath=../input[@name='version']").evaluate("input => input.value = '0'")
    replace.click()
    expect(dialog.get_by_text("Not linked")).to_be_visible()


def _no_device_matches(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Link a device").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("no such device")
    dialog.get_by_role("button", name="Search").click()
    expect(dialog).to_contain_text("No device matches")


def _table(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Table").click()
    expect(page.get_by_role("region", name="Calls by minute")).to_be_visible()


def _pushed(page: Page, product: Product) -> None:
    """A rule, and pushes on request: to an address where nothing is."""
    rule = page.locator("form").filter(has=page.get_by_label("Account 100020001: post to"))
    rule.get_by_label("post to").fill(f"{product.base_url}/hooks/0-nothing-there")
    rule.get_by_role("button", name="Save rule").click()
    push = page.locator("form").filter(has=page.get_by_role("button", name="Push", exact=True))
    push.get_by_label("ICCID").fill("8988200000000000014")
    push.get_by_role("button", name="Push", exact=True).click()
    expect(page.get_by_role("region", name="Last pushes")).to_contain_text("8988200000000000014")
    rule.get_by_label("post to").fill("")
    rule.get_by_role("button", name="Save rule").click()


def _requested(page: Page, product: Product) -> None:
    """A change of state that waits, and a fault that no call meets."""
    page.get_by_label("SIM serial number").fill("9900000000051")
    page.get_by_label("Status (or another word)").fill("ACTIVATED")
    page.get_by_label("How").select_option(index=1)
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_label("Path").fill("/nothing-asks-for-this")
    page.get_by_role("button", name="Add fault").click()
    expect(page.get_by_role("cell", name="/nothing-asks-for-this")).to_be_visible()


def _rail(name: str, path: str, *rest: object) -> Screen:
    return Screen(name, path, RAIL_ADMIN, *rest)


CARRIER_SCREENS = (
    Screen("setup-orange", f"{SETUP}/orange/", EMPTY_ADMIN),
    Screen("setup-orange-empty", f"{SETUP}/orange/", EMPTY_ADMIN, _orange(password="")),
    Screen("setup-orange-refused", f"{SETUP}/orange/", EMPTY_ADMIN, _orange("http://orange.example/MLM/", calls="0")),
    Screen("setup-att", f"{SETUP}/att/", EMPTY_ADMIN),
    Screen("setup-push", f"{SETUP}/att/", EMPTY_ADMIN, _push_secret),
    Screen("configuration-quota", "{ferry}", FERRY_ADMIN),
    Screen("configuration-unproved", "{bare}", BARE_ADMIN),
    _rail("configuration-throttled", "{rail}"),
    Screen("sims-none", f"/{BARE}/sims/", BARE_ADMIN),
    Screen("sims-no-match", f"{SIMS}/?q=8988209999&state=Retired"),
    Screen("sims-columns", f"{SIMS}/?columns={_ALL_COLUMNS}&state=Retired&carrier=att"),
    Screen("sims-reader", f"{SIMS}/?columns=subject,state,imsi,msisdn,imei,device&state=Retired", SAMPLE_READER),
    Screen("sims-one-carrier", f"/{RAIL}/sims/", RAIL_ADMIN),
    Screen("sims-orange", f"/{FERRY}/sims/", FERRY_ADMIN),
    Screen("sim-link-refused", f"{SIMS}/?linked=no&size=25", prepare=_link_refused),
    Screen("sim-link-nothing", f"{SIMS}/?linked=no&size=25", prepare=_no_device_matches),
    Screen("sim-orange", "{orange_sim}", FERRY_ADMIN, _panel),
    _rail("usage-above", "{above}", _opened),
    _rail("usage-below", "{below}", _panel),
    _rail("usage-over", "{over}", _opened),
    _rail("usage-little-history", "{little_history}", _panel),
    _rail("usage-no-allowance", "{no_allowance}", _panel),
    _rail("usage-none", "{no_usage}", _panel),
    _rail("allowances-refused", "{rail}allowances/", _allowance_refused),
    Screen("allowances-empty", "{bare}allowances/", BARE_ADMIN),
    _rail("messages-states", "{above}messages/"),
    _rail("messages-replies", "{above}messages/?show=received"),
    _rail("messages-none", "{over}messages/"),
    _rail("messages-none-received", "{over}messages/?show=received"),
    _rail("messages-of-account", "{rail}messages/"),
    _rail("calls-throttled", "{rail}calls/"),
    _rail("calls-table", "{rail}calls/", _table),
    Screen("calls-quota", "{ferry}calls/", FERRY_ADMIN),
    Screen("calls-fresh", "{bare}calls/", BARE_ADMIN),
    _rail("overview-one-carrier", f"/{RAIL}/"),
    Screen("overview-orange", f"/{FERRY}/", FERRY_ADMIN),
    Screen("overview-no-sims", f"/{BARE}/", BARE_ADMIN),
    Screen("sandbox-orange", "{sandbox_orange}", "", _requested),
    Screen("sandbox-push", "{sandbox}", "", _pushed),
)
