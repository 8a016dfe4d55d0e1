"""Pages about people and mail: members, invitations, imports, and the service that sends."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.demo.test_demo_supervisor import wait_for
from tests.e2e import steps
from tests.e2e.people_scenery import FOLK, FOLK_ADMIN, GATE, LONG, WAIT, WAIT_ADMIN
from tests.e2e.product import Product
from tests.e2e.screens import EMPTY, EMPTY_ADMIN, Screen

_NAMES = {
    FOLK: ("Blue Valley Water Cooperative of the Northern Districts", FOLK_ADMIN),
    WAIT: ("Fenwick Tanks and Sons", WAIT_ADMIN),
}
_MAKE = "import json; from tests.e2e.people_scenery import make; print('SCENERY' + json.dumps(make()))"
SENT_WITHIN_S = 120
SETUP = f"/{EMPTY}/extensions/add/email/"
CREDENTIALS = {
    "name": "SendGrid-service",
    "label": "user-provided",
    "credentials": {"password": "not-a-password", "hostname": "smtp.sendgrid.net", "username": "alder-valley"},
}


def make_people(product: Product) -> dict[str, str]:
    """Organizations full of people, as paths by name."""
    for public_id, (name, email) in _NAMES.items():
        product.organization(public_id, name, email)
    return json.loads(product.manage("shell", "-c", _MAKE).partition("SCENERY")[2])


def _method(label: str) -> Callable[[Page, Product], None]:
    def choose(page: Page, product: Product) -> None:
        page.get_by_label(label, exact=True).check()
        expect(page.get_by_label("Host" if label != "SendGrid with API key" else "Region")).to_be_visible()

    return choose


def _refused(page: Page, product: Product) -> None:
    _method("SMTP")(page, product)
    page.get_by_label("Sender address").fill("not an address")
    page.get_by_label("Port").fill("70000")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def _pasted(page: Page, product: Product) -> None:
    _method("SendGrid with username")(page, product)
    page.locator("#paste textarea").fill(json.dumps(CREDENTIALS, indent=2))
    page.get_by_role("button", name="Fill in the fields").click()
    expect(page.get_by_label("User name")).to_have_value("alder-valley")


def _paste_refused(page: Page, product: Product) -> None:
    _method("SendGrid with username")(page, product)
    page.locator("#paste textarea").fill("username: alder-valley")
    page.get_by_role("button", name="Fill in the fields").click()
    expect(page.locator("#paste")).to_contain_text("This is not JSON.")


def _tested(page: Page, product: Product) -> None:
    page.get_by_role("button", name="Send test email").click()
    expect(page.locator("#test-email")).to_contain_text("took the test email")


def _attention(page: Page, product: Product) -> None:
    expect(page.locator("#health")).to_contain_text("Needs attention")


def _invite_refused(page: Page, product: Product) -> None:
    page.get_by_label("Email address").fill(LONG)
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text("is invited already")).to_be_visible()


def _make_key(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Make API key").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Nightly export to the ledger")
    dialog.get_by_label("Role").select_option("operator")
    dialog.get_by_role("button", name="Make API key").click()
    expect(page.get_by_text("It is shown only now")).to_be_visible()


def _key_refused(page: Page, product: Product) -> None:
    page.get_by_label("Name").fill("Nightly export")
    page.get_by_label("Expiry date").fill("2026-01-31")
    page.get_by_role("button", name="Make API key").click()
    expect(page.get_by_text("This day has passed").first).to_be_visible()


def _manage_key(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Manage Registration of pumps").click()
    expect(page.get_by_role("dialog").get_by_role("link", name="Revoke")).to_be_visible()


def _copy(page: Page, product: Product) -> None:
    page.get_by_role("link", name=f"Copy link of {LONG}").click()
    page.get_by_role("dialog").get_by_role("button", name="Show link").click()
    expect(page.get_by_role("dialog").get_by_text("It works once")).to_be_visible()


def _message(page: Page, product: Product) -> None:
    wait_for(lambda: steps.seen_again(page.locator("tbody"), "Join us"), SENT_WITHIN_S)
    page.get_by_role("link", name="Join us").first.click()
    page.wait_for_url("**/messages/*")


def _folk(name: str, path: str, *rest: object, **more: object) -> Screen:
    return Screen(name, f"/{FOLK}/{path}", FOLK_ADMIN, *rest, **more)


PEOPLE_SCREENS = (
    Screen("email-setup-key", SETUP, EMPTY_ADMIN),
    Screen("email-setup-smtp", SETUP, EMPTY_ADMIN, _method("SMTP")),
    Screen("email-setup-username", SETUP, EMPTY_ADMIN, _method("SendGrid with username")),
    Screen("email-setup-refused", SETUP, EMPTY_ADMIN, _refused),
    Screen("email-setup-pasted", SETUP, EMPTY_ADMIN, _pasted),
    Screen("email-setup-paste-refused", SETUP, EMPTY_ADMIN, _paste_refused),
    Screen("email", "{mail}", FOLK_ADMIN, _tested),
    Screen("email-waiting", "{mail_waiting}", WAIT_ADMIN, _attention),
    Screen("overview-people", f"/{FOLK}/", FOLK_ADMIN),
    _folk("members-many", "members/"),
    Screen("member", "{member}", FOLK_ADMIN),
    Screen("member-expiry", "{member}expiry/", FOLK_ADMIN),
    _folk("api-keys", "keys/"),
    Screen("api-keys-empty", f"/{EMPTY}/keys/", EMPTY_ADMIN),
    _folk("api-key-make", "keys/make/"),
    _folk("api-key-refused", "keys/make/", _key_refused),
    _folk("api-key-token", "keys/", _make_key),
    _folk("api-key", "keys/", _manage_key),
    _folk("invitations", "members/invitations/?size=25"),
    _folk("invitation-link", "members/invitations/?q=alexandra", _copy),
    Screen("invitations-waiting", f"/{WAIT}/members/invitations/", WAIT_ADMIN),
    Screen("invitations-empty", f"/{EMPTY}/members/invitations/", EMPTY_ADMIN),
    _folk("invite", "members/invitations/invite/"),
    _folk("invite-refused", "members/invitations/invite/", _invite_refused),
    _folk("wording", "members/invitations/wording/"),
    _folk("import", "members/import/"),
    Screen("import-preview", "{import_preview}", FOLK_ADMIN),
    Screen("import-results", "{import_results}", FOLK_ADMIN),
    Screen("second-factor-needed", f"/{GATE}/", FOLK_ADMIN, status=403),
    Screen("inbox", "{inbox}", who=""),
    Screen("inbox-message", "{inbox}", "", _message),
)
