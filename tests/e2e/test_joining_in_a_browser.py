"""Joining in a real browser: what it sends along, what its pages look like, and that the forms get through."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pictures import findings
from tests.e2e.product import PASSWORD
from tests.e2e.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ADMIN = "ines@example.com"
# Links by name, made inside the product. Two organizations, one of them with a name as long as names may be.
SCENE = """
import json
from datetime import timedelta
from django.utils import timezone
from iotdash.accounts.models import User
from iotdash.accounts.proving import tokens as proofs
from iotdash.organizations.invitations.tokens import link_of
from iotdash.organizations.models import Invitation, Membership, Organization

now = timezone.now()
here, long = Organization.objects.get(public_id="join01"), Organization.objects.get(public_id="join02")

def link(organization, email, **fields):
    given = dict(role="operator", invited_by="ines@example.com", token_expires_at=now + timedelta(hours=48))
    given |= dict(organization=organization, email=email, email_normalized=email)
    return link_of(Invitation.objects.create(**given | fields))

blocked = User.objects.create_user("blocked@example.com", "harbour lights 27")
Membership.objects.create(organization=here, user=blocked, blocked_at=now)
guest = User.objects.create_user("guest@example.com", "harbour lights 27")
print("LINKS" + json.dumps({
    "new": link(here, "nele@example.com", member_expires_at=now + timedelta(days=90)),
    "second": link(long, "nele@example.com"),
    "existing": link(long, "ines@example.com"),
    "member": link(here, "ines@example.com"),
    "blocked": link(here, "blocked@example.com"),
    "expired": link(here, "late@example.com", token_expires_at=now),
    "proof": proofs.link_of(guest),
}))
"""


@pytest.fixture(scope="module")
def links(product) -> dict[str, str]:
    """Paths by name."""
    product.organization("join01", "Fenwick Tanks", ADMIN)
    product.organization("join02", "Blue Valley Water Cooperative of the Northern Districts", "other@example.com")
    printed = product.manage("shell", "-c", SCENE).partition("LINKS")[2]
    return {name: "/" + url.split("/", 3)[3] for name, url in json.loads(printed).items()}


def looks(page: Page, name: str) -> list[str]:
    return list(findings(page, f"joining-{name}"))


def make_account(page: Page, password: str) -> None:
    page.get_by_label("Your name").fill("Nele New")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Password again").fill(password)
    page.get_by_role("button", name="Make the account and join").click()


def test_a_new_person_joins_and_is_asked_for_a_proof_by_the_next_organization(visit, product, links):
    visitor = visit()
    visitor.watch.expected.append("status of 422")
    page, sent = visitor.page, []
    page.on("request", lambda request: sent.append(request.headers.get("referer", "")))
    page.goto(links["new"])
    expect(page).to_have_url(f"{product.base_url}/invitations/")
    expect(page.get_by_label("Email address")).to_have_value("nele@example.com")
    assert looks(page, "new-person") == []
    make_account(page, "short")
    expect(page.get_by_role("alert")).to_contain_text("too short")
    assert looks(page, "new-person-errors") == []
    make_account(page, PASSWORD)
    expect(page.get_by_text("You are a member of Fenwick Tanks as Operator.")).to_be_visible()
    page.goto(links["second"])
    expect(page.get_by_role("heading", name="Prove your address first")).to_be_visible()
    assert looks(page, "unproved") == []
    page.goto("/profile/")
    assert looks(page, "profile-unproved") == []
    assert [referer for referer in sent if "invitations/e" in referer] == []


def test_somebody_else_signs_out_and_the_invitation_stays_open(visit, links):
    page = visit().page
    sign_in(page, "other@example.com")
    page.goto(links["existing"])
    assert looks(page, "other-account") == []
    page.get_by_role("button", name="Sign out and go on").click()
    expect(page.get_by_role("heading", name="Join Blue Valley")).to_be_visible()
    assert looks(page, "sign-in") == []
    page.get_by_role("link", name="Sign in as").click()
    page.get_by_label("Email").fill(ADMIN)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(f"You are signed in as {ADMIN}")).to_be_visible()
    assert looks(page, "confirm") == []
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("You are a member of Blue Valley")).to_be_visible()
    page.goto(links["member"])
    assert looks(page, "member") == []


def test_what_leads_nowhere_says_so(visit, links):
    visitor = visit()
    visitor.watch.expected += ["status of 403", "status of 404", "status of 410"]
    page = visitor.page
    for name, words in (("expired", "has expired"), ("garbage", "does not work"), ("blocked", "Join Fenwick Tanks")):
        page.goto(links.get(name, "/invitations/garbage/"))
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        assert looks(page, name) == []
    sign_in(page, "blocked@example.com")
    page.goto(links["blocked"])
    expect(page.get_by_role("heading", name="You are blocked there")).to_be_visible()
    assert looks(page, "blocked-member") == []


def test_an_address_is_proved_by_whoever_is_signed_in(visit, links):
    page = visit().page
    page.goto(links["proof"])
    assert looks(page, "proof-signed-out") == []
    sign_in(page, "guest@example.com")
    page.goto(links["proof"])
    assert looks(page, "proof") == []
    page.get_by_role("button", name="This is my address").click()
    expect(page.get_by_text("Your address is proved.")).to_be_visible()
    expect(page.get_by_role("heading", name="Address not proved yet")).to_have_count(0)
