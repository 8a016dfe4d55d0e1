"""What people do about mail, invitations and joining, by what they read on the pages."""

import re

from playwright.sync_api import Locator, Page, expect

from extensions.email.tests.email_world import PASSWORD as MAIL_PASSWORD
from extensions.email.tests.email_world import USERNAME as MAIL_USERNAME
from tests.e2e import steps
from tests.e2e.mail_service import HOST, MailService
from tests.e2e.product import PASSWORD

SENDER = "hello@example.com"


def add_mail_service(page: Page, org: str, service: MailService) -> None:
    """Adds the extension with a proof, ends on the configuration's page."""
    page.goto(f"/{org}/extensions/add/email/")
    type_mail_server(page, service)
    page.get_by_label("CA certificate").fill(service.ca_pem)
    expect(steps.check_connection(page)).to_contain_text("Connected")
    steps.done(page, org)


def type_mail_server(page: Page, service: MailService, password: str = MAIL_PASSWORD) -> None:
    """All but the certificate of its authority."""
    page.get_by_role("radio", name="SMTP", exact=True).check()
    page.get_by_label("Host").fill(HOST)
    page.get_by_label("Port").fill(str(service.port))
    page.get_by_label("Security").select_option(label=service.security)
    page.get_by_label("Sender name").fill("Harbour Office")
    page.get_by_label("Sender address").fill(SENDER)
    page.get_by_label("User name").fill(MAIL_USERNAME)
    password_field(page).fill(password)


def password_field(page: Page) -> Locator:
    """Of the mail account; its label says that it may be left empty."""
    return page.get_by_label(re.compile("^Password"))


def invite(page: Page, email: str, role: str) -> Locator:
    """From any page of the organization; returns the invitation's row, on the page of invitations."""
    page.get_by_role("link", name="Members", exact=True).first.click()
    page.get_by_role("link", name="Invitations", exact=True).click()
    page.get_by_role("link", name="Invite member").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Email address").fill(email)
    dialog.get_by_label("Role").select_option(label=role)
    dialog.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text(f"{email} is invited as {role}.")).to_be_visible()
    return row(page, email)


def row(page: Page, email: str) -> Locator:
    """The row of a person in a list of members or invitations."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=re.compile(re.escape(email))))


def make_account(page: Page, name: str) -> None:
    type_account(page, name)
    page.get_by_role("button", name="Make the account and join").click()


def type_account(page: Page, name: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)


def sign_out(page: Page) -> None:
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
