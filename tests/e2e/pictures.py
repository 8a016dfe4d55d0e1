"""A picture of a page in both themes, wide and on a phone, and what is wrong with it."""

from collections.abc import Iterator
from itertools import product as every
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

from tests.browser import HEIGHT, WIDTHS, grave_findings, sideways

PICTURES = Path(settings.BASE_DIR) / "build/screens"
THEMES = ("light", "dark")
# Contrast is the theme's and order the width's, so two of the four tell all that axe can tell of both.
ASKED_OF_AXE = {("light", WIDTHS["wide"]), ("dark", WIDTHS["phone"])}


def findings(page: Page, name: str) -> Iterator[str]:
    for width, theme in every(WIDTHS.values(), THEMES):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=theme)
        page.evaluate("window.scrollTo(0, 0)")
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}-{theme}-{width}.png", full_page=True, animations="disabled")
        if (wider := sideways(page)) > 0:
            yield f"{theme} {width}: {wider} px wider than the window"
        if (theme, width) in ASKED_OF_AXE:
            yield from (f"{theme} {width}: {finding}" for finding in grave_findings(page))
