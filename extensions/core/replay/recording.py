"""What a bundle recorded: which answer belongs to a request, and which requests it has no answer to."""

import json
import zipfile
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from threading import Lock
from typing import Any

from jsonschema import Draft202012Validator

from extensions.core.diagnostics.form import EXCHANGES, EXCHANGES_SCHEMA, FORMAT, MANIFEST, MANIFEST_SCHEMA
from extensions.core.replay.leaves import Leaves, bindings, leaves_of

LARGEST_FILE = 64 * 1024 * 1024
# Shorter values would be found in places where they mean something else.
_SHORTEST_REPEATED = 6
_MOST_UNKNOWN = 200
_OTHER = "This is not a diagnostics bundle, or it is damaged."


class BundleError(Exception):
    """The file cannot be replayed; the message says why."""


@dataclass
class Answer:
    """`text` of the body as it goes out now; `exchange` is the recorded one, whose response may be missing."""

    exchange: Mapping[str, Any]
    text: str


@dataclass
class _Question:
    """The same request, as often as it was recorded: each time with its answer, in order, the last of them for ever."""

    recorded: list[tuple[Leaves, Mapping[str, Any]]] = field(default_factory=list)
    asked: int = 0

    @property
    def leaves(self) -> Leaves:
        return self.recorded[0][0]

    def next(self) -> tuple[Leaves, Mapping[str, Any]]:
        self.asked += 1
        return self.recorded[min(self.asked, len(self.recorded)) - 1]


class Recording:
    """The exchanges of one bundle, asked from several threads."""

    def __init__(self, about: Mapping[str, Any], exchanges: list[Mapping[str, Any]]) -> None:
        self.about, self.exchanges = about, exchanges
        self.unknown: deque[str] = deque(maxlen=_MOST_UNKNOWN)
        self.given: dict[int, int] = {}
        self._varying = frozenset(name.lower() for name in about.get("varying", ()))
        self._lock = Lock()
        self._questions: list[_Question] = []
        for exchange in exchanges:
            self._add(exchange)

    def answer(self, method: str, url: str, body: str) -> Answer | None:
        """What the service answered; None, and a line in `unknown`, where the bundle does not know."""
        asked = leaves_of(method, url, body)
        with self._lock:
            question = self._find(asked)
            if question is None:
                self.unknown.append(f"{method} {url}")
                return None
            leaves, exchange = question.next()
            self.given[exchange["number"]] = self.given.get(exchange["number"], 0) + 1
        recorded = (exchange["response"] or {}).get("body", {})
        bound = bindings(leaves, asked, self._varying) or {}
        return Answer(exchange, _repeated(recorded.get("text", ""), recorded.get("kind", ""), bound))

    def _add(self, exchange: Mapping[str, Any]) -> None:
        leaves = leaves_of(exchange["method"], exchange["url"], exchange["request"]["body"]["text"])
        for question in self._questions:
            if bindings(question.leaves, leaves, self._varying, marks=False) is not None:
                question.recorded.append((leaves, exchange))
                return
        self._questions.append(_Question([(leaves, exchange)]))

    def _find(self, asked: Leaves) -> _Question | None:
        """The question with the fewest differences."""
        matches = ((bindings(each.leaves, asked, self._varying), each) for each in self._questions)
        possible = [(len(bound), place) for place, (bound, _) in enumerate(matches) if bound is not None]
        return self._questions[min(possible)[1]] if possible else None


def read_bundle(path: Path) -> Recording:
    """Raises BundleError."""
    try:
        with zipfile.ZipFile(path) as archive:
            about, exchanges = (_read(archive, name) for name in (MANIFEST, EXCHANGES))
    except OSError as error:
        raise BundleError(f"The bundle cannot be read: {error.strerror or error}.") from error
    # The last is zipfile's word for a compression that it does not know.
    except (zipfile.BadZipFile, ValueError, KeyError, NotImplementedError) as error:
        raise BundleError(_OTHER) from error
    _check(about, exchanges)
    return Recording(about, exchanges)


def _check(about: Any, exchanges: Any) -> None:
    form = about.get("format") if isinstance(about, dict) else None
    if form not in (None, FORMAT):
        raise BundleError(f"This bundle has format {form}; this version reads format {FORMAT}.")
    for known, schema in ((about, MANIFEST_SCHEMA), (exchanges, EXCHANGES_SCHEMA)):
        if not Draft202012Validator(schema).is_valid(known):
            raise BundleError(_OTHER)


def _read(archive: zipfile.ZipFile, name: str) -> Any:
    if archive.getinfo(name).file_size > LARGEST_FILE:
        raise BundleError(f"{name} in this bundle is too large to be a bundle's.")
    return json.loads(archive.read(name))


def _repeated(text: str, kind: str, bound: Mapping[str, str]) -> str:
    """The answer with what the service gave back of the request, as it was asked now: an echo, a message's id."""
    for recorded, value in bound.items():
        if len(recorded) >= _SHORTEST_REPEATED:
            text = text.replace(recorded, escape(value) if kind == "xml" else json.dumps(value)[1:-1])
    return text
