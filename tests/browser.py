"""Headless Chromium for tests marked `browser`: found, started once per module, and watched for all that goes wrong.

A machine without Chromium skips such tests visibly; with CI=true they fail.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
WIDTHS = {"wide": 1280, "phone": 360}
HEIGHT = 800
# What passed is not reported, which is most of the time that axe takes on a long list.
_AXE = {"resultTypes": ["violations"]}
_GRAVE = ("serious", "critical")
# A request that the next page interrupted.
_INTERRUPTED = "net::ERR_ABORTED"


def chromium() -> str:
    """Path of the Chromium named by CHROMIUM, or of the first that is installed."""
    wanted = (os.environ.get("CHROMIUM") or NAMES[0], *NAMES)
    found = next(filter(None, map(shutil.which, wanted)), None)
    return found or _missing()


def _missing() -> str:
    if os.environ.get("CI") == "true":
        pytest.fail("Chromium is not installed.")
    pytest.skip("Chromium is not installed. Debian: apt-get install chromium; or set CHROMIUM to its path.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Per module: an event loop that stays in the thread would keep Django's tests from the database."""
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a context complained of: console errors, the policy's refusals, failed requests, errors of scripts.

    A complaint that contains one of `expected` is none.
    """

    expected: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    @classmethod
    def over(cls, context: BrowserContext) -> "Watch":
        watch = cls()
        context.on("console", watch._console)
        context.on("weberror", lambda error: watch.heard.append(f"script: {error.error}"))
        context.on("requestfailed", watch._failed)
        return watch

    @property
    def complaints(self) -> list[str]:
        return [line for line in self.heard if not any(words in line for words in self.expected)]

    def _console(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.heard.append(f"console: {line.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != _INTERRUPTED:
            self.heard.append(f"request: {request.method} {request.url}: {request.failure}")


def grave_findings(page: Page) -> list[str]:
    """What axe calls serious or critical, with the elements concerned."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options).then((found) => found.violations)", _AXE)
    return [
        f"{rule['id']} ({rule['impact']}): {', '.join(node['html'][:120] for node in rule['nodes'][:3])}"
        for rule in found
        if rule["impact"] in _GRAVE
    ]


_SIDEWAYS = """Math.max(
    document.documentElement.scrollWidth - window.innerWidth,
    ...[...document.querySelectorAll("dialog[open]")].map((each) => each.scrollWidth - each.clientWidth))"""


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than its window, or what an open dialog holds wider than the dialog."""
    return page.evaluate(_SIDEWAYS)
