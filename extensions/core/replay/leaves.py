"""A request as a flat list of named values, whatever its form, so that two requests can be compared."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.parsers import expat

from extensions.core.redaction.pseudonyms import is_mark

Place = tuple[str | int, ...]
_SEPARATOR = "|"


@dataclass(frozen=True)
class Leaf:
    """`name` is that of the field; a segment of a path has the name of the segment before it."""

    name: str
    value: str


Leaves = Mapping[Place, Leaf]


def leaves_of(method: str, url: str, body: str) -> Leaves:
    """Values by their place. Header fields are left out: credentials are the one thing that is always another."""
    parts = urlsplit(url)
    found: dict[Place, Leaf] = {("method",): Leaf("", method.upper())}
    segments = [unquote(segment) for segment in parts.path.rstrip("/").split("/")]
    for number, segment in enumerate(segments):
        found[("path", number)] = Leaf(segments[number - 1] if number else "", segment)
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        found[("query", name)] = Leaf(name, value)
    return found | dict(_of_body(body.strip()))


def bindings(recorded: Leaves, asked: Leaves, varying: frozenset[str], *, marks: bool = True) -> dict[str, str] | None:
    """Recorded value → the one that was asked with, where both may differ; None if it is another question.

    With `marks`, what stands for a text may be any text: what it really was is not known.
    """
    if recorded.keys() != asked.keys():
        return None
    found = {}
    for place, leaf in recorded.items():
        value = asked[place].value
        if value == leaf.value:
            continue
        if leaf.name.lower() not in varying and not (marks and is_mark(leaf.value)):
            return None
        found[leaf.value] = value
    return found


def _of_body(body: str) -> Iterator[tuple[Place, Leaf]]:
    if not body:
        return
    try:
        if body.startswith("<"):
            yield from _Tree().read(body).items()
        else:
            yield from _of_json(json.loads(body), ("body",), "")
    except (ValueError, expat.ExpatError):
        pairs = parse_qsl(body, keep_blank_values=True)
        yield from ((("form", name), Leaf(name, value)) for name, value in pairs) if pairs else [_whole(body)]


def _whole(body: str) -> tuple[Place, Leaf]:
    return ("whole",), Leaf("", body)


def _of_json(known: Any, place: Place, name: str) -> Iterator[tuple[Place, Leaf]]:
    if isinstance(known, dict):
        for key, value in known.items():
            yield from _of_json(value, (*place, key), key)
    elif isinstance(known, list):
        for number, value in enumerate(known):
            yield from _of_json(value, (*place, number), name)
    else:
        yield place, Leaf(name, known if isinstance(known, str) else json.dumps(known))


class _Tree:
    """Texts and attributes of a document by the way to them; prefixes do not count."""

    def __init__(self) -> None:
        self._found: dict[Place, Leaf] = {}
        self._way: list[str | int] = ["xml"]
        self._names: list[str] = []
        self._counts: list[int] = [0]
        self._text: list[str] = []

    def read(self, body: str) -> dict[Place, Leaf]:
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = _refuse
        parser.Parse(body, True)
        return self._found

    def _start(self, full_name: str, attributes: Mapping[str, str]) -> None:
        self._text.clear()
        name = full_name.rpartition(_SEPARATOR)[2]
        self._way += [self._counts[-1], name]
        self._counts[-1] += 1
        self._counts.append(0)
        self._names.append(name)
        self._found[(*self._way, "element")] = Leaf("", name)
        for full, value in attributes.items():
            attribute = full.rpartition(_SEPARATOR)[2]
            self._found[(*self._way, f"@{attribute}")] = Leaf(attribute, value)

    def _end(self, full_name: str) -> None:
        text = "".join(self._text).strip()
        self._text.clear()
        if text:
            self._found[tuple(self._way)] = Leaf(self._names[-1], text)
        self._names.pop()
        self._counts.pop()
        del self._way[-2:]


def _refuse(*declared: object) -> None:
    raise ValueError("A document type is not read.")
