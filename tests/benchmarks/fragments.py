"""What a browser loads of a page by itself: the parts whose placeholders ask for them as soon as they are there."""

from collections.abc import Callable
from html.parser import HTMLParser


class _Placeholders(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "hx-get" in given and {"load", "revealed", "intersect"} & set(given.get("hx-trigger", "").split()):
            headers = {"HTTP_HX_REQUEST": "true"} | ({"HTTP_HX_TARGET": given["id"]} if given.get("id") else {})
            self.found.append((given["hx-get"], headers))


def placeholders(html: str) -> list[tuple[str, dict[str, str]]]:
    """Address and request headers of every part that the page asks for, as htmx would."""
    parser = _Placeholders()
    parser.feed(html)
    return parser.found


def load(get: Callable[..., str], url: str) -> list[str]:
    """The page and, part by part, whatever it and they ask for. `get(url, **headers)` gives the text."""
    texts = [get(url)]
    waiting = placeholders(texts[0])
    while waiting:
        address, headers = waiting.pop(0)
        texts.append(get(address, **headers))
        waiting += placeholders(texts[-1])
    return texts
