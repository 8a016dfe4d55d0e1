"""An organization that sends through a mail server of the tests, and people who get its invitations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page

from tests.e2e import mail_service as services
from tests.e2e import mail_steps
from tests.e2e.mail_service import MailService, link_in
from tests.e2e.product import PASSWORD, Product

ORG, NAME, ADMIN = "mail02", "Lantern Lights", "lars@example.com"
# Has an account, but is no member.
OTHER = "otto@example.com"
PEOPLE = f"""
from iotdash.accounts.services import create_person
from iotdash.audit.services import Source
from iotdash.organizations.services import create_organization

source = Source(actor="a test", organization={ORG!r})
admin, _ = (create_person(source, email, {PASSWORD!r})[0] for email in ({ADMIN!r}, {OTHER!r}))
create_organization(source, {NAME!r}, admin, public_id={ORG!r})
"""


@dataclass(frozen=True)
class MailScene:
    """`page` is the administrator's, who has set up `service`."""

    page: Page
    service: MailService
    visit: Callable

    def invited(self, email: str, role: str = "Operator") -> str:
        """The link that arrived."""
        mail_steps.invite(self.page, email, role)
        return link_in(self.service.letter(email))

    def guest(self, *expected: str) -> Page:
        """Another browser; `expected` are statuses of which it complains rightly."""
        visitor = self.visit()
        visitor.watch.expected += [f"status of {status}" for status in expected]
        return visitor.page

    def row(self, email: str) -> Locator:
        self.page.goto(f"/{ORG}/members/invitations/")
        return mail_steps.row(self.page, email)

    def members(self, email: str) -> Locator:
        self.page.goto(f"/{ORG}/members/")
        return mail_steps.row(self.page, email)


@pytest.fixture(scope="session")
def mail_service(product: Product) -> Iterator[MailService]:
    product.manage("shell", "-c", PEOPLE)
    with services.running("Implicit TLS") as service:
        yield service


@pytest.fixture
def scene(mail_service, visit, visit_as) -> MailScene:
    """Its tests may come in any order: the first of them sets the mail service up."""
    page = visit_as(ADMIN).page
    page.goto(f"/{ORG}/members/invitations/")
    if page.get_by_text("Nobody can be invited yet").is_visible():
        mail_steps.add_mail_service(page, ORG, mail_service)
    return MailScene(page, mail_service, visit)
