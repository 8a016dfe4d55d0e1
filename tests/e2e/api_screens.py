"""Pages about programs: what is done to their keys, the reference of the REST API, and what devices reported by it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.people_scenery import FOLK, FOLK_ADMIN
from tests.e2e.product import Product
from tests.e2e.screens import SAMPLE, SAMPLE_READER, Screen

REFERENCE = f"/{FOLK}/api/"
REPORTING = f"/{SAMPLE}/devices/pump/pump-003/"


def _managed(action: str) -> Callable[[Page, Product], None]:
    def prepare(page: Page, product: Product) -> None:
        page.get_by_role("link", name="Manage Registration of pumps").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("link", name=action).click()
        expect(dialog.get_by_role("heading", name=action)).to_be_visible()

    return prepare


def _opened(page: Page, product: Product) -> None:
    """A link to one operation opens it, without scripts of ours."""
    expect(page.locator("#updateDevice")).to_be_visible()
    expect(page.locator("#getDevice")).to_be_hidden()


def _schema(page: Page, product: Product) -> None:
    page.locator("#updateDevice").get_by_role("link", name="DeviceInfo").click()
    expect(page.locator("#schema-DeviceInfo")).to_be_visible()


def _searched(page: Page, product: Product) -> None:
    page.get_by_role("searchbox").fill("put fwVersion")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#signing-in")).to_have_count(0)
    expect(page.locator("#updateDevice")).to_be_visible()


def _client(page: Page, product: Product) -> None:
    page.get_by_text("client for Python, unchanged").click()
    expect(page.get_by_text("import wiotp.sdk.application")).to_be_visible()


def _reported(page: Page, product: Product) -> None:
    expect(page.get_by_text("Dry run: stopped to protect the seal")).to_be_visible()


API_SCREENS = (
    Screen("api-key-change", f"/{FOLK}/keys/", FOLK_ADMIN, _managed("Change")),
    Screen("api-key-revoke", f"/{FOLK}/keys/", FOLK_ADMIN, _managed("Revoke")),
    Screen("api-keys-no-match", f"/{FOLK}/keys/?q=nobody-has-this", FOLK_ADMIN),
    Screen("api-reference", REFERENCE, FOLK_ADMIN, _client),
    Screen("api-reference-operation", f"{REFERENCE}#updateDevice", FOLK_ADMIN, _opened),
    Screen("api-reference-schema", f"{REFERENCE}#updateDevice", FOLK_ADMIN, _schema),
    Screen("api-reference-found", REFERENCE, FOLK_ADMIN, _searched),
    Screen("api-reference-nothing", f"{REFERENCE}?q=no+such+operation", FOLK_ADMIN),
    Screen("api-reference-reader", f"/{SAMPLE}/api/", SAMPLE_READER),
    Screen("device-reports", REPORTING, SAMPLE_READER, _reported),
    Screen("devices-alerts", f"/{SAMPLE}/devices/?alert=on&columns=device_id,type,location,alert", SAMPLE_READER),
)
