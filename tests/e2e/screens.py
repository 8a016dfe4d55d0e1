"""The main pages, and how each is brought into the state that is worth looking at."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from extensions.controlcenter.sandbox.seed import WEST_ADMIN, WEST_EDITOR
from tests.e2e import steps
from tests.e2e.product import Product
from tests.e2e.steps import Credentials

SAMPLE, SCENE, EMPTY = "demo01", "scene1", "empty1"
SAMPLE_ADMIN, SAMPLE_READER = "admin@example.com", "reader@example.com"
SCENE_ADMIN, EMPTY_ADMIN = "scene@example.com", "empty@example.com"
DEVICES = f"/{SAMPLE}/devices"
SIMS = f"/{SAMPLE}/sims"
EXTENSIONS = f"/{SAMPLE}/extensions"


# Which device has which SIM depends on how many carriers are installed.
SAMPLE_DEVICES = f"""
import json
from devices.models import Device
devices = Device.objects.filter(organization__public_id="{SAMPLE}")
chosen = {{
    "activated": devices.filter(sims__state="Activated", sims__config__slug="jasper").earliest("pk"),
    "unknown_sim": devices.get(info_description="Its SIM is unknown to the carrier", sims__config__slug="jasper"),
}}
path = "{DEVICES}/{{0.device_type.type_id}}/{{0.device_id}}/"
print("DEVICES" + json.dumps({{name: path.format(device) for name, device in chosen.items()}}))
"""


@dataclass(frozen=True)
class Screen:
    """A page, who looks at it ("" for nobody who is signed in), and what they do first.

    `path` may name what `make_scenery` made, in braces.
    """

    name: str
    path: str
    who: str = SAMPLE_ADMIN
    prepare: Callable[[Page, Product], None] | None = None
    status: int = 200


def make_scenery(page: Page, product: Product) -> dict[str, str]:
    """Configurations that are not well, devices of the sample: paths by name. `page` is the scene administrator's."""
    made = {"attention": _unwell(page, product), "paused": _paused(page, product), "sandbox": product.sandbox.base_url}
    return made | json.loads(product.manage("shell", "-c", SAMPLE_DEVICES).partition("DEVICES")[2])


def _unwell(page: Page, product: Product) -> str:
    page.goto(f"/{SCENE}/extensions/add/jasper/")
    page.get_by_label("Configuration name").fill("Jasper west")
    steps.type_credentials(page, Credentials(WEST_ADMIN.username, "not-the-key", product.sandbox.base_url))
    steps.done(page, SCENE)
    page.get_by_role("button", name="Check connection now").click()
    expect(steps.outcome(page)).to_contain_text("Invalid credentials")
    return _path(page)


def _paused(page: Page, product: Product) -> str:
    credentials = Credentials.of(WEST_EDITOR, product.sandbox.base_url)
    steps.add_account(page, SCENE, credentials, name="Jasper north")
    page.get_by_role("button", name="Pause").click()
    expect(steps.badge(page.locator("#health"))).to_have_text("Paused")
    return _path(page)


def _path(page: Page) -> str:
    """Without a query: a button that is pressed before the page's scripts are there leaves one."""
    return urlsplit(page.url).path


def _open_filters(page: Page, product: Product) -> None:
    page.get_by_text("Filters", exact=True).click()


def _select_devices(page: Page, product: Product) -> None:
    page.get_by_label("Tick all of this page").check()
    page.get_by_role("button", name="Act on ticked").click()
    expect(page.get_by_role("heading", name="25 selected devices")).to_be_visible()


def _open_catalogue(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Add Extension").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _manage_member(page: Page, product: Product) -> None:
    page.get_by_role("link", name=f"Manage {SAMPLE_READER}").click()
    expect(page.get_by_role("dialog").get_by_role("link", name="Block")).to_be_visible()


def _add_device(page: Page, product: Product) -> None:
    steps.add_device(page, SCENE, "tank", "tank-1")


def _panel(page: Page, product: Product) -> None:
    expect(steps.panel(page)).to_contain_text("Overall data")


def _fresh_panel(page: Page, product: Product) -> None:
    """With something asked, and a cycle's usage."""
    _panel(page, product)
    steps.panel(page).get_by_role("button", name="Get usage").click()
    expect(steps.panel(page).get_by_role("heading", name="Usage by cycle")).to_be_visible()
    state = page.locator(".sim-freshness").inner_text()
    steps.change_state(page, "Deactivated" if "Activated" in state else "Activated")
    expect(steps.asked(page, "Change activation state")).to_be_visible()


def _usage(page: Page, product: Product) -> None:
    expect(steps.panel(page)).to_contain_text("Data in this cycle")
    page.get_by_text("The same numbers as a table").click()


def _send(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Send SMS").click()
    page.get_by_label("Message").fill("Report the pressure of your tank, and how long the pump has been running today.")
    page.get_by_role("button", name="Send SMS").click()
    page.get_by_role("link", name="All messages").click()
    expect(page.locator("#sms-list")).to_contain_text("Report the pressure")


def _replies(page: Page, product: Product) -> None:
    page.get_by_role("button", name="Ask Jasper").click()
    expect(page.get_by_role("button", name="Ask Jasper")).to_be_enabled()


def _unknown_sim(page: Page, product: Product) -> None:
    page.get_by_role("button", name="Refresh").click()
    expect(steps.panel(page)).to_contain_text("The carrier does not know this SIM")


def _mangled(page: Page, product: Product) -> None:
    steps.configure(page, steps.configuration_text("8.98820E+18"))
    expect(page.locator(".json-problems")).to_contain_text("spreadsheet")


def _checked(access_key: str, words: str) -> Callable[[Page, Product], None]:
    def check(page: Page, product: Product) -> None:
        steps.type_credentials(page, Credentials(WEST_EDITOR.username, access_key, product.sandbox.base_url))
        expect(steps.check_connection(page)).to_contain_text(words)

    return check


def _first_operation(page: Page, product: Product) -> None:
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/operations/*-*/")


def _first_sim(page: Page, product: Product) -> None:
    page.locator("tbody th a").first.click()
    _panel(page, product)


def _link_sim(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Link a device").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("pump-00")
    dialog.get_by_role("button", name="Search").click()
    expect(dialog.get_by_role("button", name="Replace").first).to_be_visible()


def _first_exchange(page: Page, product: Product) -> None:
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="Request")).to_be_visible()


SCREENS = (
    Screen("sign-in", "/accounts/login/", who=""),
    Screen("password-reset", "/accounts/password/reset/", who=""),
    Screen("profile", "/profile/"),
    Screen("sessions", "/accounts/sessions/"),
    Screen("overview", f"/{SAMPLE}/"),
    Screen("overview-empty", f"/{EMPTY}/", who=EMPTY_ADMIN),
    Screen("devices", f"{DEVICES}/?size=25"),
    Screen("devices-filters", f"{DEVICES}/?q=pump-00", prepare=_open_filters),
    Screen("devices-empty", f"/{EMPTY}/devices/", who=EMPTY_ADMIN),
    Screen("device-add", f"{DEVICES}/add/"),
    Screen("device-token", f"/{SCENE}/devices/", who=SCENE_ADMIN, prepare=_add_device),
    Screen("device", "{activated}", prepare=_fresh_panel),
    Screen("device-reader", f"{DEVICES}/pump/pump-001/", who=SAMPLE_READER, prepare=_panel),
    Screen("device-usage", "{activated}", prepare=_usage),
    Screen("messages-sent", "{activated}extensions/jasper/messages/", prepare=_send),
    Screen("messages-received", "{activated}extensions/jasper/messages/?show=received", prepare=_replies),
    Screen("device-unconfigured", f"{DEVICES}/gateway/gateway-011/"),
    Screen("device-unknown-sim", "{unknown_sim}", prepare=_unknown_sim),
    Screen("device-mangled", f"{DEVICES}/pump/pump-003/", prepare=_mangled),
    Screen("device-edit", f"{DEVICES}/pump/pump-003/edit/"),
    Screen("sims", f"{SIMS}/?size=25"),
    Screen("sims-filters", f"{SIMS}/?linked=no&size=25"),
    Screen("sims-empty", f"/{EMPTY}/sims/", who=EMPTY_ADMIN),
    Screen("sim", f"{SIMS}/?linked=no&size=25", prepare=_first_sim),
    Screen("sim-link", f"{SIMS}/?linked=no&size=25", prepare=_link_sim),
    Screen("devices-selected", f"{DEVICES}/?size=25", prepare=_select_devices),
    Screen("device-tags", f"{DEVICES}/pump/pump-003/tags/"),
    Screen("tags", f"/{SAMPLE}/device-tags/"),
    Screen("views", f"/{SAMPLE}/views/"),
    Screen("view-save", f"/{SAMPLE}/views/save/?page=devices&query=tags%3Dleased"),
    Screen("reconciliation", f"{SIMS}/reconciliation/"),
    Screen("reconciliation-proposals", f"{SIMS}/reconciliation/proposals/"),
    Screen("reconciliation-unused", f"{SIMS}/reconciliation/unused/", who=SAMPLE_READER),
    Screen("reconciliation-empty", f"/{EMPTY}/sims/reconciliation/", who=EMPTY_ADMIN),
    Screen("types", f"/{SAMPLE}/device-types/"),
    Screen("type", f"/{SAMPLE}/device-types/id/pump/"),
    Screen("type-add", f"/{SAMPLE}/device-types/add/"),
    Screen("extensions", f"{EXTENSIONS}/"),
    Screen("extensions-unwell", f"/{SCENE}/extensions/", who=SCENE_ADMIN),
    Screen("extensions-empty", f"/{EMPTY}/extensions/", who=EMPTY_ADMIN),
    Screen("catalogue-dialog", f"{EXTENSIONS}/", prepare=_open_catalogue),
    Screen("catalogue", f"{EXTENSIONS}/add/"),
    Screen("setup", f"/{EMPTY}/extensions/add/jasper/", who=EMPTY_ADMIN),
    Screen(
        "setup-proved",
        f"/{EMPTY}/extensions/add/jasper/",
        who=EMPTY_ADMIN,
        prepare=_checked(WEST_EDITOR.api_key, "Connected"),
    ),
    Screen(
        "setup-refused",
        f"/{EMPTY}/extensions/add/jasper/",
        who=EMPTY_ADMIN,
        prepare=_checked("not-the-key", "Invalid credentials"),
    ),
    Screen("configuration", f"{EXTENSIONS}/1/"),
    Screen("allowances", f"{EXTENSIONS}/1/allowances/"),
    Screen("allowances-reader", f"{EXTENSIONS}/1/allowances/", who=SAMPLE_READER),
    Screen("configuration-attention", "{attention}", who=SCENE_ADMIN),
    Screen("configuration-paused", "{paused}", who=SCENE_ADMIN),
    Screen("calls", f"{EXTENSIONS}/1/calls/"),
    Screen("diagnostics", "{attention}diagnostics/", who=SCENE_ADMIN),
    Screen("exchange", "{attention}diagnostics/", who=SCENE_ADMIN, prepare=_first_exchange),
    Screen("credentials", "{attention}credentials/", who=SCENE_ADMIN),
    Screen("remove", f"{EXTENSIONS}/1/remove/"),
    Screen("operations", f"{EXTENSIONS}/operations/?size=25"),
    Screen("operation", f"{EXTENSIONS}/operations/?size=25", prepare=_first_operation),
    Screen("activity", f"/{SAMPLE}/activity/?size=25"),
    Screen("members", f"/{SAMPLE}/members/"),
    Screen("members-reader", f"/{SAMPLE}/members/", who=SAMPLE_READER),
    Screen("member-dialog", f"/{SAMPLE}/members/", prepare=_manage_member),
    Screen("leave", f"/{SAMPLE}/members/leave/", who=SAMPLE_READER),
    Screen("require-second-factor", f"/{SAMPLE}/settings/two-step-sign-in/"),
    Screen("settings", f"/{SAMPLE}/settings/"),
    Screen("error-403", f"{EXTENSIONS}/add/", who=SAMPLE_READER, status=403),
    Screen("error-404", f"{DEVICES}/pump/not-there/", status=404),
    Screen("sandbox", "{sandbox}", who=""),
)
