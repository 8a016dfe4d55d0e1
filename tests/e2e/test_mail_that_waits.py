"""Mail when its account no longer lets in: it waits for the configuration, says so, and leaves once that is mended."""

import pytest
from playwright.sync_api import Page, expect

from tests.demo.test_demo_supervisor import wait_for
from tests.e2e import mail_steps, steps
from tests.e2e.mail_scene import NAME, ORG
from tests.e2e.mail_service import link_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    # Told of implicit TLS, too.
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
INVITED, NEW_PASSWORD = "walter@example.com", "changed at the server"
REFUSED = "5.7.8 Authentication credentials invalid"


def test_invitations_wait_for_a_new_password(scene):
    page, service = scene.page, scene.service
    service.change_password(NEW_PASSWORD)
    _the_invitation_waits(page)
    assert service.letters(INVITED) == []
    tried = service.refused()
    _the_password_alone_is_typed_again(page)
    assert service.refused() == tried
    _the_invitation_leaves(page)
    guest = scene.guest()
    guest.goto(link_in(service.letter(INVITED)))
    expect(guest.get_by_role("heading", name=f"Join {NAME}")).to_be_visible()


def _the_invitation_waits(page: Page) -> None:
    """The page says so by itself, and wherever else somebody looks."""
    row = mail_steps.invite(page, INVITED, "Operator")
    expect(row).to_contain_text("Waiting")
    expect(row).to_contain_text("Pending")
    notice = page.locator("#mail-service")
    expect(notice).to_contain_text("Mail is waiting")
    expect(notice).to_contain_text("needs attention. Mail waits until an administrator has mended that.")
    expect(notice).to_contain_text(REFUSED)
    page.goto(f"/{ORG}/")
    expect(page.get_by_role("link", name="1 waits for the mail service")).to_be_visible()


def _the_password_alone_is_typed_again(page: Page) -> None:
    page.goto(f"/{ORG}/members/invitations/")
    page.get_by_role("link", name="Open the mail service").click()
    expect(steps.badge(page.locator("#health"))).to_have_text("Needs attention")
    expect(page.locator("#health")).to_contain_text(REFUSED)
    page.get_by_role("link", name="Replace credentials").first.click()
    expect(page.get_by_label("User name")).to_have_value(mail_steps.MAIL_USERNAME)
    expect(mail_steps.password_field(page)).to_have_value("")
    mail_steps.password_field(page).fill(NEW_PASSWORD)
    expect(steps.check_connection(page)).to_contain_text("Connected")
    steps.done(page, ORG)
    expect(steps.badge(page.locator("#health"))).to_have_text("Connected")


def _the_invitation_leaves(page: Page) -> None:
    page.goto(f"/{ORG}/members/invitations/")
    row = mail_steps.row(page, INVITED)
    wait_for(lambda: steps.seen_again(row, "250 2.0.0 Ok"))
    expect(page.get_by_text("Mail is waiting")).to_have_count(0)
