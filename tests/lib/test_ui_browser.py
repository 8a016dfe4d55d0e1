"""The furniture in a real browser: dialog, banner, theme, editor, keyboard, phone width, axe. No database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, expect

from tests.browser import HEIGHT, WIDTHS, Watch, browser, grave_findings, sideways  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("components")]
SCREENS = Path(settings.BASE_DIR) / "build/screens"
PAGES = {
    "gallery": "/?invalid=1",
    "sign-in": "/accounts/login/",
    "error-404": "/errors/404/",
}


def _without_frame() -> list[dict]:
    """The project's templates without the context processor that reads organizations from the database."""
    (engine,) = settings.TEMPLATES
    processors = [name for name in engine["OPTIONS"]["context_processors"] if "organizations" not in name]
    return [{**engine, "OPTIONS": {**engine["OPTIONS"], "context_processors": processors}}]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Address of the gallery."""
    storage = "django.contrib.messages.storage.cookie.CookieStorage"
    with override_settings(ROOT_URLCONF="ui_gallery_site", MESSAGE_STORAGE=storage, TEMPLATES=_without_frame()):
        server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:  # noqa: F811
    """A page; `page.errors` is what it complained of."""
    context = browser.new_context(base_url=site, color_scheme="light")
    page = context.new_page()
    page.errors = Watch.over(context).heard
    yield page
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_and_axe_finds_nothing_serious(
    browser: Browser,  # noqa: F811
    site: str,
    name: str,
    width: str,
    theme: str,
) -> None:
    viewport = {"width": WIDTHS[width], "height": HEIGHT}
    context = browser.new_context(base_url=site, color_scheme=theme, viewport=viewport)
    page = context.new_page()
    page.goto(PAGES[name])
    page.wait_for_load_state("networkidle")
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"ui-{name}-{theme}-{width}.png", full_page=True)
    wider, found = sideways(page), grave_findings(page)
    context.close()
    assert wider <= 0
    assert found == []


def test_policy_blocks_nothing_of_ours(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".json-editor-view .cm-content")).to_be_visible()
    assert page.errors == []


def test_dialog_opens_takes_focus_and_gives_it_back(page: Page) -> None:
    page.goto("/")
    opener = page.get_by_role("link", name="Add Extension")
    opener.click()
    dialog = page.get_by_role("dialog", name="Add Extension")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading", name="Add Extension")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_dialog_keeps_a_refused_form_and_closes_after_a_good_one(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Add Extension").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Send wrong").click()
    summary = dialog.locator("[data-error-summary]")
    expect(summary).to_contain_text("That state is not possible.")
    expect(summary).to_be_focused()
    expect(page.locator("#refresh-banner")).to_be_hidden()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()


def test_a_failure_in_the_dialog_is_told_in_the_dialog(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Add Extension").click()
    page.get_by_role("button", name="Send broken").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("the server failed (error 500)")


def test_a_conflict_is_swapped_in(page: Page) -> None:
    page.goto("/")
    page.evaluate("htmx.ajax('GET', '/answers/409/', '#list')")
    expect(page.locator("#list")).to_be_empty()


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "the server failed (error 500)"), (404, "it no longer exists"), (403, "your role does not allow it")],
)
def test_a_failed_request_is_told_and_leaves_the_page(page: Page, status: int, words: str) -> None:
    page.goto("/")
    page.evaluate(f"htmx.ajax('GET', '/answers/{status}/', '#list')")
    banner = page.locator("#refresh-banner")
    expect(banner).to_contain_text(f"The page could not be refreshed: {words}")
    expect(page.locator("#list table")).to_be_visible()
    banner.get_by_role("button", name="Dismiss").click()
    expect(banner).to_be_hidden()


def test_a_lost_connection_is_told(page: Page) -> None:
    page.goto("/")
    page.context.set_offline(True)
    page.evaluate("() => { htmx.ajax('GET', '/answers/200/', '#list').catch(() => null) }")
    expect(page.locator("#refresh-banner")).to_contain_text("the server cannot be reached")


def test_a_session_that_ended_leads_to_sign_in_and_never_into_a_part(page: Page) -> None:
    page.goto("/")
    page.evaluate("window.before = true")
    with page.expect_navigation():
        page.evaluate("() => { htmx.ajax('GET', '/guarded/', '#list') }")
    assert page.evaluate("window.before") is None
    expect(page.locator("#list table")).to_be_visible()


def test_a_redirect_to_another_page_is_followed_as_a_page(page: Page) -> None:
    page.goto("/")
    page.evaluate("() => { htmx.ajax('GET', '/moved/', '#list') }")
    page.wait_for_url("**/errors/404/")


def test_theme_follows_the_system_until_chosen_and_is_remembered(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Light", exact=True).click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")
    expect(page.get_by_role("button", name="Light", exact=True)).to_have_attribute("aria-pressed", "true")


def test_editor_writes_into_the_field_and_lets_the_keyboard_out(page: Page) -> None:
    page.goto("/")
    content = page.locator(".json-editor .cm-content")
    content.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("x")
    field = page.locator("textarea[name=document]")
    assert field.evaluate("field => field.value").endswith("}x")
    page.keyboard.press("Tab")
    expect(content).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(content).not_to_be_focused()


def test_editor_marks_the_servers_problems_and_leads_to_them(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    page.get_by_role("button", name="Line 3, column 14").click()
    expect(page.locator(".cm-activeLine")).to_contain_text('"iccid"')
    expect(page.get_by_role("textbox", name="Extension configuration")).to_be_focused()


def test_the_address_of_a_list_names_only_what_was_chosen(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("meter")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/list/?q=meter")


def test_typed_confirmation_opens_the_button(page: Page) -> None:
    page.goto("/")
    button = page.get_by_role("button", name="Delete device")
    expect(button).to_be_disabled()
    page.get_by_label("Type the device ID").fill("pump-0041")
    expect(button).to_be_enabled()


def test_menus_close_by_escape_and_give_focus_back(page: Page) -> None:
    page.goto("/")
    summary = page.locator(".org-menu summary")
    summary.press("Enter")
    link = page.get_by_role("link", name="Borealis Water")
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(summary).to_be_focused()


def test_skip_link_is_the_first_stop_and_leads_to_the_content(page: Page) -> None:
    page.goto("/errors/404/")
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_password_can_be_shown(page: Page) -> None:
    page.goto("/accounts/login/")
    field = page.get_by_label("Password", exact=True)
    page.get_by_role("button", name="Show Password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide Password").click()
    expect(field).to_have_attribute("type", "password")


def test_everything_is_there_without_scripts(browser: Browser, site: str) -> None:  # noqa: F811
    context = browser.new_context(base_url=site, java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("link", name="Extensions", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Delete device")).to_be_enabled()
    expect(page.locator("textarea[name=document]")).to_be_visible()
    expect(page.get_by_role("link", name="Open usage")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="Add Extension").click()
    expect(page.get_by_role("heading", level=1, name="Add Extension")).to_be_visible()
    context.close()
