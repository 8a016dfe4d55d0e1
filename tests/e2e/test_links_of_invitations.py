"""What becomes of links that really arrived: expired, sent again, revoked, used twice at once, opened by another."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e import mail_steps, steps
from tests.e2e.mail_scene import NAME, OTHER
from tests.e2e.mail_service import link_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    # Told of implicit TLS, too.
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
# As if the invitation had been made, sent and read that many hours earlier.
TIME_PASSES = """
from datetime import timedelta
from django.db.models import DateTimeField
from iotdash.organizations.models import Invitation

invitation = Invitation.objects.select_related("mail").get(email={email!r})
for row in (invitation, invitation.mail):
    for name in [each.name for each in row._meta.fields if isinstance(each, DateTimeField)]:
        at = getattr(row, name)
        setattr(row, name, at and at - timedelta(hours={hours}))
    row.save()
"""


def leads_nowhere(page: Page, link: str, words: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name=words)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("join", re.IGNORECASE))).to_have_count(0)


def test_an_expired_link_says_so_and_the_next_one_works(scene, product):
    email = "eva@example.com"
    old, guest, left_open = scene.invited(email), scene.guest("410"), scene.guest("410")
    left_open.goto(old)
    mail_steps.type_account(left_open, "Eva Early")
    row = mail_steps.row(scene.page, email)
    row.get_by_role("button", name="Resend").click()
    expect(scene.page.get_by_text(re.compile(r"was sent a moment ago. Try again in \d+ seconds"))).to_be_visible()
    product.manage("shell", "-c", TIME_PASSES.format(email=email, hours=49))
    leads_nowhere(guest, old, "This invitation has expired")
    expect(scene.row(email)).to_contain_text("Expired")
    row.get_by_role("button", name="Resend").click()
    expect(scene.page.get_by_text("is sent a new link; the old one no longer works")).to_be_visible()
    expect(row).to_contain_text("Pending")
    new = link_in(scene.service.letter(email, 2))
    leads_nowhere(guest, old, "There is a newer link")
    left_open.get_by_role("button", name="Make the account and join").click()
    expect(left_open.get_by_role("heading", name="There is a newer link")).to_be_visible()
    expect(scene.members(email)).to_have_count(0)
    guest.goto(new)
    mail_steps.make_account(guest, "Eva Late")
    expect(guest.get_by_text(f"You are a member of {NAME} as Operator.")).to_be_visible()


def test_a_revoked_link_says_so(scene):
    email = "rolf@example.com"
    link, guest = scene.invited(email), scene.guest("410")
    guest.goto(link)
    mail_steps.type_account(guest, "Rolf Unwanted")
    mail_steps.row(scene.page, email).get_by_role("link", name="Revoke").click()
    scene.page.get_by_role("dialog").get_by_role("button", name="Revoke invitation").click()
    expect(scene.page.get_by_text(f"The invitation of {email} is revoked.")).to_be_visible()
    guest.get_by_role("button", name="Make the account and join").click()
    expect(guest.get_by_role("heading", name="This invitation was revoked")).to_be_visible()
    leads_nowhere(guest, link, "This invitation was revoked")
    expect(scene.row(email)).to_contain_text("Revoked")
    expect(scene.members(email)).to_have_count(0)


def test_two_browsers_use_a_link_at_once_and_one_member_joins(scene):
    email = "dora@example.com"
    link, guests = scene.invited(email), [scene.guest("410"), scene.guest("410")]
    for number, guest in enumerate(guests):
        guest.goto(link)
        mail_steps.type_account(guest, f"Dora {number}")
    at_once(guests, "Make the account and join", "**/invitations/account/")
    joined = f"You are a member of {NAME} as Operator."
    outcomes = [guest.get_by_text(joined).or_(guest.get_by_text("This invitation is already used")) for guest in guests]
    for outcome in outcomes:
        expect(outcome.first).to_be_visible()
    assert sorted(guest.get_by_text(joined).count() for guest in guests) == [0, 1]
    expect(scene.members(email)).to_have_count(1)


def test_pressing_join_again_in_a_second_tab_is_joining_once(scene):
    link, first = scene.invited(OTHER, "Reader"), scene.guest("410")
    steps.sign_in(first, OTHER)
    tabs = (first, first.context.new_page())
    for tab in tabs:
        tab.goto(link)
    for tab, words in zip(tabs, (f"You are a member of {NAME} as Reader.", "It was you who used it."), strict=True):
        tab.get_by_role("button", name="Join", exact=True).click()
        expect(tab.get_by_text(words)).to_be_visible()
    tab.get_by_role("link", name=f"Go to {NAME}").click()
    expect(tab.get_by_role("heading", name=NAME)).to_be_visible()
    expect(scene.members(OTHER)).to_have_count(1)


def test_somebody_else_is_told_whose_invitation_it_is_and_may_sign_out(scene):
    email = "wilma@example.com"
    link, guest = scene.invited(email, "Developer"), scene.guest()
    steps.sign_in(guest, OTHER)
    guest.goto(link)
    expect(guest.get_by_role("heading", name="This invitation is for somebody else")).to_be_visible()
    expect(guest.get_by_text(f"You are signed in as {OTHER}. It was sent to {email}.")).to_be_visible()
    expect(guest.get_by_role("button", name=re.compile("join", re.IGNORECASE))).to_have_count(0)
    guest.get_by_role("button", name="Sign out and go on").click()
    mail_steps.make_account(guest, "Wilma Right")
    expect(guest.get_by_text(f"You are a member of {NAME} as Developer.")).to_be_visible()
    expect(scene.members(email)).to_contain_text("Developer")


def at_once(pages: list[Page], button: str, url: str) -> None:
    """Every page sends its form, and none is let through before all have come."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)
        if len(held) == len(pages):
            for each in held:
                each.continue_()

    for page in pages:
        page.route(url, hold)
        page.get_by_role("button", name=button).click(no_wait_after=True)
