"""What people do on the pages, by what they read there."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from extensions.controlcenter.sandbox.model import Account
from tests.e2e.product import PASSWORD


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)


@dataclass(frozen=True)
class Credentials:
    """What is typed into the set-up form of a SIM account at the sandbox."""

    username: str
    access_key: str
    domain_id: str

    @classmethod
    def of(cls, account: Account, domain_id: str) -> "Credentials":
        return cls(account.username, account.api_key, domain_id)


def type_credentials(page: Page, credentials: Credentials) -> None:
    page.get_by_label("User name").fill(credentials.username)
    page.get_by_label("Access key").fill(credentials.access_key)
    page.get_by_label("Domain ID").fill(credentials.domain_id)
    page.get_by_label("Protocol").select_option("rest")


def outcome(page: Page) -> Locator:
    """Where the answer to a connection check appears."""
    return page.locator("#connection-check")


def check_connection(page: Page) -> Locator:
    page.get_by_role("button", name="Check connection").click()
    return outcome(page)


def add_account(page: Page, org: str, credentials: Credentials, name: str = "") -> None:
    """Adds the extension with a proof, ends on the configuration's page."""
    page.goto(f"/{org}/extensions/add/jasper/")
    if name:
        page.get_by_label("Configuration name").fill(name)
    type_credentials(page, credentials)
    expect(check_connection(page)).to_contain_text("Connected")
    done(page, org)


def done(page: Page, org: str) -> None:
    """Saves the set-up form, ends on the configuration's page."""
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(re.compile(rf"/{org}/extensions/\d+/"))


def jasper_tile(page: Page) -> Locator:
    """On the page of extensions, where others have tiles, too."""
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name="Jasper"))


def add_device(page: Page, org: str, type_id: str, device_id: str) -> str:
    """Adds a type and a device of it; returns the device's path."""
    page.goto(f"/{org}/device-types/add/")
    page.get_by_label("Type ID").fill(type_id)
    page.get_by_role("button", name="Add device type").click()
    page.wait_for_url(f"**/{org}/device-types/**{type_id}/")
    page.goto(f"/{org}/devices/add/")
    page.get_by_label("Device type").select_option(label=type_id)
    page.get_by_label("Device ID").fill(device_id)
    page.get_by_role("button", name="Add device").click()
    expect(page.get_by_text("Authentication token").first).to_be_visible()
    return f"/{org}/devices/{type_id}/{device_id}/"


def configuration_text(iccid: str) -> str:
    return '{\n  "jasper": {\n    "iccid": "' + iccid + '"\n  }\n}\n'


def configure(page: Page, text: str) -> None:
    """Types a device configuration into the editor of the page, and confirms it."""
    type_configuration(page, text)
    page.get_by_role("button", name="Confirm changes").click()


def type_configuration(page: Page, text: str) -> None:
    editor = page.locator(".json-editor .cm-content")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def panel(page: Page) -> Locator:
    """The extension's panel on a drilldown."""
    return page.locator(".extension-panel")


def asked(page: Page, title: str) -> Locator:
    """The card that says what became of the newest operation of a kind."""
    return panel(page).locator("[id^=sim-data-]").get_by_role("region", name=title)


def badge(place: Locator) -> Locator:
    """The state in words that a tile, a card or a panel carries."""
    return place.locator(".badge-state").first


def change_state(page: Page, state: str) -> None:
    form = panel(page).get_by_role("region", name="Activation state")
    form.get_by_label("New state").select_option(label=state)
    form.get_by_role("button", name="Change state").click()


def send_sms(page: Page, text: str) -> None:
    form = panel(page).get_by_role("region", name="Send SMS").filter(has=page.get_by_role("textbox"))
    form.get_by_label("Message").fill(text)
    form.get_by_role("button", name="Send SMS").click()


def seen_again(place: Locator, words: str) -> bool:
    """Loads the page again, as a person does who waits for something, and looks for it."""
    place.page.reload()
    return words in place.inner_text()
