"""Setting up what is reached in several ways, in a real browser: fields follow the method, pasting fills them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect, sync_playwright

from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations
from tests.browser import ARGUMENTS, HEIGHT, WIDTHS, Watch, chromium, grave_findings, sideways
from tests.extensions import postly

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("components"), pytest.mark.django_db(transaction=True)]
ADD = "/abc123/extensions/add/postly/"


@pytest.fixture
def visit(monkeypatch, owner_client, organization, live_server):
    """`visit(path, **options)` opens a page as the owner. The database is left alone meanwhile: the browser's event
    loop is in this thread."""
    monkeypatch.setitem(registry._manifests, "postly", postly.manifest())
    cookie = {"name": "sessionid", "value": owner_client.cookies["sessionid"].value, "url": live_server.url}

    @contextmanager
    def open_page(path: str, **options) -> Iterator[Page]:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
            context = browser.new_context(base_url=live_server.url, **options)
            context.add_cookies([cookie])
            watch, page = Watch.over(context), context.new_page()
            watch.expected = ["status of 422"]
            page.goto(path)
            yield page
            assert watch.complaints == []
            browser.close()

    return open_page


def picture(page: Page, name: str) -> None:
    page.screenshot(path=settings.BASE_DIR / f"build/screens/{name}.png", full_page=True)


def test_fields_follow_the_method_and_what_was_typed_stays(visit):
    with visit(ADD) as page:
        page.get_by_label("Sender address").fill("me@fleet.test")
        page.get_by_label("Mail server", exact=True).check()
        expect(page.get_by_label("Host name")).to_be_visible()
        expect(page.get_by_label("API key", exact=True)).to_have_count(0)
        expect(page.get_by_label("Sender address")).to_have_value("me@fleet.test")
        expect(page.get_by_label("Mail server", exact=True)).to_be_focused()
        page.get_by_label("Host name").fill("mail.fleet.test")
        expect(page.locator("#endpoint")).to_contain_text("mail.fleet.test:587")
        expect(page.get_by_role("button", name="Show fields")).to_have_count(0)


def test_what_is_refused_is_marked_until_it_is_right(visit):
    with visit(f"{ADD}?method=login") as page:
        host, sender = page.get_by_label("Host name"), page.get_by_label("Sender address")
        sender.fill("me@fleet.test")
        page.get_by_role("button", name="Done").click()
        expect(host).to_have_attribute("aria-invalid", "true")
        expect(sender).not_to_have_attribute("aria-invalid", "true")
        host.fill("mail.fleet.test")
        sender.fill("")
        page.get_by_role("button", name="Done").click()
        expect(sender).to_have_attribute("aria-invalid", "true")
        expect(host).not_to_have_attribute("aria-invalid", "true")


def test_pasting_fills_the_fields_and_done_saves_them(visit):
    with visit(f"{ADD}?method=login") as page:
        page.get_by_label("Sender address").fill("me@fleet.test")
        page.get_by_label("Password").fill("typed-secret")
        box, fill = page.get_by_label("Credentials of the mail server"), page.get_by_role("button", name="Fill in")
        box.fill("office host=post.office.test")
        fill.click()
        expect(page.locator("#paste")).to_contain_text("The password is missing.")
        expect(page.get_by_label("Password")).to_have_value("typed-secret")
        box.fill(postly.SEVERAL)
        fill.click()
        page.get_by_label("yard").check()
        fill.click()
        expect(page.get_by_label("Host name")).to_have_value("post.yard.test")
        expect(fill).to_be_focused()
        expect(page.get_by_label("Password")).to_have_value("")
        expect(page.get_by_label("Sender address")).to_have_value("me@fleet.test")
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_text("Postly is set up.")).to_be_visible()
    assert configurations.secret_settings.whole(ExtensionConfig.objects.get())["password"] == "p4ss-of-the-yard"


def test_all_of_it_works_without_scripts(visit):
    with visit(ADD, java_script_enabled=False) as page:
        page.get_by_label("Sender address").fill("me@fleet.test")
        page.get_by_label("Mail server", exact=True).check()
        page.get_by_role("button", name="Show fields").click()
        expect(page.get_by_label("Sender address")).to_have_value("me@fleet.test")
        page.get_by_label("Credentials of the mail server").fill(postly.PASTED)
        page.get_by_role("button", name="Fill in").click()
        expect(page.get_by_label("Host name")).to_have_value("post.office.test")
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_text("Postly is set up.")).to_be_visible()


def test_the_enter_key_checks_and_pastes_nothing(visit):
    with visit(f"{ADD}?method=login") as page:
        page.get_by_label("Host name").fill("mail.fleet.test")
        page.get_by_label("Host name").press("Enter")
        expect(page.locator("#connection-check")).to_contain_text("Type the password.")
        expect(page.locator("#paste")).not_to_contain_text("Paste the credentials here first.")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_look_right(visit, width, theme):
    screen = {"color_scheme": theme, "viewport": {"width": WIDTHS[width], "height": HEIGHT}}
    with visit("/abc123/extensions/", **screen) as page:
        picture(page, f"not-set-up-{width}-{theme}")
        assert sideways(page) <= 0
        page.get_by_role("link", name="Setup Postly").click()
        page.get_by_label("Mail server", exact=True).check()
        page.get_by_label("Credentials of the mail server").fill(postly.SEVERAL)
        page.get_by_role("button", name="Fill in").click()
        expect(page.get_by_label("yard")).to_be_visible()
        picture(page, f"set-up-variants-{width}-{theme}")
        assert sideways(page) <= 0
        assert grave_findings(page) == []
