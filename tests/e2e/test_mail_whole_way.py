"""The whole way of mail, on the real processes: from a mail server that is set up to a new member."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import mail_service, mail_steps, steps
from tests.e2e.mail_service import MailService, link_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ORG, NAME, ADMIN = "mail01", "Harbour Pilots", "helga@example.com"
NEW = "nora.new@example.com"
# What aiosmtpd says to a wrong password, and to a message.
REFUSED, TAKEN = "5.7.8 Authentication credentials invalid", "250 2.0.0 Ok: queued as 4bXyZ1"


@pytest.fixture
def service() -> Iterator[MailService]:
    with mail_service.running("STARTTLS") as service:
        yield service


def test_from_a_mail_server_to_a_new_member(product, visit, service):
    product.organization(ORG, NAME, ADMIN)
    page = visit().page
    steps.sign_in(page, ADMIN)
    _nobody_can_be_invited_yet(page)
    _set_up(page, service)
    _send_test_email(page, service)
    _invite(page)
    link = _link_of_a_whole_letter(service)
    assert link.startswith(f"{product.base_url}/invitations/")
    _join(visit, link)
    _is_a_member(page)


def _nobody_can_be_invited_yet(page: Page) -> None:
    page.goto(f"/{ORG}/members/invitations/")
    expect(page.get_by_text("Nobody can be invited yet")).to_be_visible()
    expect(page.get_by_role("link", name="Invite member")).to_have_count(0)
    expect(page.get_by_role("link", name="Set up a mail service")).to_be_visible()


def _set_up(page: Page, service: MailService) -> None:
    page.get_by_role("link", name="Extensions", exact=True).click()
    page.get_by_role("link", name="Add Extension").click()
    page.get_by_role("dialog").get_by_role("link", name="Setup Email").click()
    mail_steps.type_mail_server(page, service, password="not the password")
    expect(page.locator("#endpoint")).to_contain_text(f"{mail_service.HOST}:{service.port}")
    expect(steps.check_connection(page)).to_contain_text("is not trusted")
    assert service.server.authenticator.tries == []
    page.get_by_label("CA certificate").fill(service.ca_pem)
    answer = steps.check_connection(page)
    expect(answer).to_contain_text("does not accept this user name and password")
    expect(answer).to_contain_text(REFUSED)
    mail_steps.password_field(page).fill(mail_steps.MAIL_PASSWORD)
    expect(steps.check_connection(page)).to_contain_text("Connected")
    steps.done(page, ORG)
    assert service.server.keeper.envelopes == []


def _send_test_email(page: Page, service: MailService) -> None:
    page.get_by_role("button", name="Send test email").click()
    expect(page.locator("#test-email")).to_contain_text(TAKEN)
    letter = service.letter(ADMIN)
    assert (str(letter["From"]), letter["Subject"]) == (f"Harbour Office <{mail_steps.SENDER}>", "Test email")


def _invite(page: Page) -> None:
    row = mail_steps.invite(page, NEW, "Developer")
    expect(row).to_contain_text("Pending")
    expect(row).to_contain_text(TAKEN)


def _link_of_a_whole_letter(service: MailService) -> str:
    letter = service.letter(NEW)
    assert (str(letter["From"]), str(letter["To"])) == (f"Harbour Office <{mail_steps.SENDER}>", NEW)
    assert letter["Subject"] == f"Invitation to {NAME}"
    assert letter["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        words = letter.get_body((kind,)).get_content()
        assert ADMIN in words
        assert f"to join {NAME} as Developer" in words
    return link_in(letter)


def _join(visit, link: str) -> None:
    """In another browser; then signed out and in again, and the link is dead."""
    visitor = visit()
    page = visitor.page
    page.goto(link)
    expect(page.get_by_text(ADMIN)).to_be_visible()
    mail_steps.make_account(page, "Nora New")
    expect(page.get_by_text(f"You are a member of {NAME} as Developer.")).to_be_visible()
    mail_steps.sign_out(page)
    steps.sign_in(page, NEW)
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    visitor.watch.expected.append("status of 410")
    page.goto(link)
    expect(page.get_by_role("heading", name="This invitation is already used")).to_be_visible()
    page.get_by_role("link", name=f"Go to {NAME}").click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()


def _is_a_member(page: Page) -> None:
    """As the administrator sees it."""
    page.goto(f"/{ORG}/members/invitations/")
    expect(mail_steps.row(page, NEW)).to_contain_text("Accepted")
    page.goto(f"/{ORG}/members/")
    expect(mail_steps.row(page, NEW)).to_contain_text("Nora New")
    expect(mail_steps.row(page, NEW)).to_contain_text("Developer")
    page.goto(f"/{ORG}/activity/")
    for words in ("test email asked", "person invited", "invitation accepted"):
        expect(page.locator("#main")).to_contain_text(words, ignore_case=True)
