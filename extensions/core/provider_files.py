"""What a provider's folder holds beside its code: `icon.svg` and `guide.md`."""

from functools import lru_cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

import extensions

DEFAULT_ICON = Path(__file__).parent / "default_icon.svg"
_NO_GUIDE = "This extension brings no guide. Ask the provider of the service for the values of the form."


def icon(slug: str) -> bytes:
    """The provider's icon as SVG, or the icon for all who bring none."""
    own = _file(slug, "icon.svg")
    return (own or DEFAULT_ICON).read_bytes()


@lru_cache
def guide(slug: str) -> SafeString:
    """The provider's guide as HTML. Raw HTML inside it is shown as text."""
    own = _file(slug, "guide.md")
    text = own.read_text(encoding="utf-8") if own else _NO_GUIDE
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = _below_the_page(markdown.parse(text))
    return mark_safe(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S308 - raw HTML is escaped


def _below_the_page(tokens: list[Token]) -> list[Token]:
    """Without the title, which the page has already, and with headings below the card's."""
    if tokens and tokens[0].tag == "h1":
        tokens = tokens[3:]
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    return tokens


def _file(slug: str, name: str) -> Path | None:
    candidates = (Path(root) / slug / name for root in extensions.__path__)
    return next((path for path in candidates if path.is_file()), None)
