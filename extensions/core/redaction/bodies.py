"""Bodies of requests and answers: JSON, XML and forms are redacted value by value, anything else as a whole."""

import json
import math
from dataclasses import dataclass, replace
from typing import Any, NoReturn, Protocol
from urllib.parse import parse_qsl, urlencode

from extensions.core.redaction.xml_copy import NotReadable, copy_xml

# Characters of one body that are kept, and bytes beyond which it is not even read.
LARGEST_KEPT = 16 * 1024
LARGEST_READ = 256 * 1024
_PAGE = (b"<!doctype html", b"<html")
_FORM = "application/x-www-form-urlencoded"
NOT_KEPT = {
    "html": "<!doctype html><html><body>‹a web page of {size:,} bytes, not kept›</body></html>",
    "other": "‹{size:,} bytes that are neither JSON nor XML, not kept›",
    "large": "‹{size:,} bytes, too many to be kept›",
}


class Rules(Protocol):
    """What a body is redacted by."""

    namespaces: frozenset[str]

    def value(self, name: str, value: str) -> str: ...

    def scalar(self, name: str, value: Any) -> Any: ...

    def name(self, name: str) -> str: ...

    def knows(self, name: str) -> bool: ...


@dataclass(frozen=True)
class Body:
    """`kind` is none, json, xml, form, html, other or large; `size` are the bytes that there really were.

    The last three are not kept: their text says so. `cut` says that the text goes on.
    """

    kind: str
    size: int
    text: str = ""
    cut: bool = False

    def with_text(self, text: str) -> "Body":
        return replace(self, text=text)


def read_body(content: bytes, content_type: str, rules: Rules) -> Body:
    """By what it looks like: services are free with content types."""
    size, start = len(content), content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return Body("none", size)
    if size > LARGEST_READ:
        return _not_kept("large", size)
    if start[:20].lower().startswith(_PAGE):
        return _not_kept("html", size)
    try:
        return _readable(content, start, content_type, rules)
    except (ValueError, RecursionError, NotReadable):
        return _not_kept("other", size)


def _readable(content: bytes, start: bytes, content_type: str, rules: Rules) -> Body:
    if start.startswith(b"<"):
        text, cut = copy_xml(content, rules, LARGEST_KEPT)
        return Body("xml", len(content), text, cut)
    if content_type.startswith(_FORM):
        pairs = parse_qsl(content.decode(), keep_blank_values=True, strict_parsing=True)
        return _cut("form", len(content), urlencode([(rules.name(key), rules.value(key, text)) for key, text in pairs]))
    known = json.loads(content, parse_constant=_no_number, parse_float=_finite)
    return _cut("json", len(content), json.dumps(_json(known, "", rules), ensure_ascii=False))


def _json(known: Any, name: str, rules: Rules) -> Any:
    """Values in a list go by the name of the list."""
    if isinstance(known, dict):
        return {rules.name(key): _json(value, key, rules) for key, value in known.items()}
    if isinstance(known, list):
        return [_json(value, name, rules) for value in known]
    return rules.scalar(name, known)


def _cut(kind: str, size: int, text: str) -> Body:
    storable = text.replace("\\u0000", "").encode(errors="replace").decode()
    return Body(kind, size, storable[:LARGEST_KEPT], len(storable) > LARGEST_KEPT)


def _not_kept(kind: str, size: int) -> Body:
    return Body(kind, size, NOT_KEPT[kind].format(size=size))


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")
