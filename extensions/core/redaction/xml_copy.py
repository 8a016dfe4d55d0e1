"""A copy of an XML document, redacted while it is read; document types and entities are refused, so none is expanded.

Comments and processing instructions are left out. What is too long ends early, with every open element closed.
"""

from collections.abc import Mapping
from typing import NoReturn, Protocol
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

DEEPEST = 40
_LONGEST_PREFIX = 16
# For any other, Python would load a codec of the document's choice.
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})


class NotReadable(Exception):
    """This is not an XML document that we read."""


class Rules(Protocol):
    namespaces: frozenset[str]

    def value(self, name: str, value: str) -> str: ...

    def name(self, name: str) -> str: ...

    def knows(self, name: str) -> bool: ...


def copy_xml(content: bytes, rules: Rules, most: int) -> tuple[str, bool]:
    """The redacted text of about `most` characters at most, and whether it was cut. Raises NotReadable."""
    try:
        return _Copy(rules, most).read(content)
    except expat.ExpatError as error:
        raise NotReadable("The document is not well-formed.") from error


class _Copy:
    def __init__(self, rules: Rules, most: int) -> None:
        self._rules, self._left = rules, most
        self._out: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._depth, self._cut = 0, False

    def read(self, content: bytes) -> tuple[str, bool]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.XmlDeclHandler = _check_encoding
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = parser.SkippedEntityHandler = _refuse
        parser.Parse(content, True)
        return "".join(self._out), self._cut

    def _start(self, full_name: str, attributes: Mapping[str, str]) -> None:
        self._flush()
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotReadable("The document is too deep.")
        self._cut = self._cut or self._left <= 0
        if self._cut:
            return
        shown = self._named(full_name)
        inside = "".join(f" {self._attribute(name, value)}" for name, value in attributes.items())
        self._write(f"<{shown}{inside}>")
        self._open.append((full_name.rpartition(":")[2], shown))

    def _end(self, full_name: str) -> None:
        self._flush()
        if self._depth == len(self._open):
            _, shown = self._open.pop()
            self._write(f"</{shown}>")
        self._depth -= 1

    def _flush(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        if text.strip() and self._open and self._depth == len(self._open):
            self._write(escape(self._rules.value(self._open[-1][0], text.strip())))

    def _write(self, text: str) -> None:
        self._left -= len(text)
        self._out.append(text)

    def _named(self, full_name: str) -> str:
        prefix, _, name = full_name.rpartition(":")
        if len(prefix) > _LONGEST_PREFIX:
            raise NotReadable("The document has a prefix that is no prefix.")
        known = name if self._rules.knows(name) else _as_name(self._rules.name(name))
        return f"{prefix}:{known}" if prefix else known

    def _attribute(self, full_name: str, value: str) -> str:
        if full_name == "xmlns" or full_name.startswith("xmlns:"):
            known = value in self._rules.namespaces
            self._named(full_name.removeprefix("xmlns:"))
            return f"{full_name}={quoteattr(value if known else 'urn:not-kept')}"
        return f"{self._named(full_name)}={quoteattr(self._rules.value(full_name.rpartition(':')[2], value))}"


def _as_name(mark: str) -> str:
    """A mark has characters that no name may have; its tag is enough to tell two names apart."""
    return f"not-kept-{''.join(filter(str.isalnum, mark[-8:]))}"


def _check_encoding(version: str, encoding: str | None, standalone: int) -> None:
    if encoding and encoding.lower() not in _ENCODINGS:
        raise NotReadable("The document is in an encoding that is not read.")


def _refuse(*declared: object) -> NoReturn:
    raise NotReadable("The document declares a type or entities, which are not read.")
