"""XML answers, read by namespace, with nothing in them that a document could make this process do; and text for XML.

Why our own and no SOAP library: carriers' WSDLs are not ours to ship, so a library would have nothing to generate a
client from; few operations are called, and each is a short list of elements in a fixed order; and no lxml has to be
installed in production. What is left is a tree of elements, for which the standard library's expat is enough. It is
told to refuse a document type and with it every entity, so that none can be expanded or fetched.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NoReturn
from xml.parsers import expat

MOST_BYTES = 4 * 1024 * 1024
MOST_ELEMENTS = 100_000
DEEPEST = 40
# A list of the SIMs of a whole account comes in one document; other answers have no business being as large.
MOST_LISTED_BYTES = 32 * 1024 * 1024
MOST_LISTED_ELEMENTS = 700_000

# For any other, Python would load a codec of the document's choice.
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})
_SEPARATOR = " "
_NONE: Mapping[str, str] = MappingProxyType({})
_NIL = f"http://www.w3.org/2001/XMLSchema-instance{_SEPARATOR}nil"
# A line end alone would reach the other side as another one.
_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XmlError(Exception):
    """This is not an XML document that we read."""


class NotInXmlError(ValueError):
    """A text has a character that no XML document can hold."""


def escaped(text: str) -> str:
    """Text as character data. Raises NotInXmlError."""
    if _NOT_IN_XML.search(text):
        raise NotInXmlError("There is a character in it that XML cannot carry.")
    return text.translate(_ESCAPES)


@dataclass(slots=True)
class Node:
    """One element. `text` is its own character data as it stands; the keys of attributes with a namespace are
    "namespace name". Children are looked up in the element's own namespace unless another is given.
    """

    namespace: str
    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def is_named(self, namespace: str, name: str) -> bool:
        return (self.namespace, self.name) == (namespace, name)

    def all(self, name: str, namespace: str | None = None) -> list["Node"]:
        wanted = self.namespace if namespace is None else namespace
        return [child for child in self.children if child.is_named(wanted, name)]

    def first(self, name: str, namespace: str | None = None) -> "Node | None":
        return next(iter(self.all(name, namespace)), None)

    def value(self, name: str, namespace: str | None = None) -> str | None:
        """The text of a child; None if it is missing or `xsi:nil`."""
        child = self.first(name, namespace)
        return None if child is None or child.attributes.get(_NIL) in ("true", "1") else child.text

    def values(self, name: str) -> list[str]:
        return [child.text for child in self.all(name)]


def parse(content: bytes, *, listing: bool = False, without: Collection[str] = ()) -> Node:
    """The root element; a `listing` may be larger. Raises XmlError, and nothing else, for whatever bytes there are.

    Elements with a name in `without`, in whatever namespace and case, are never in the tree, nor is what they hold.
    """
    if len(content) > (MOST_LISTED_BYTES if listing else MOST_BYTES):
        raise XmlError("The document is too large.")
    try:
        most = MOST_LISTED_ELEMENTS if listing else MOST_ELEMENTS
        return _Reader(most, frozenset(map(str.lower, without))).read(content)
    except expat.ExpatError as error:
        raise XmlError("The document is not well-formed.") from error


class _Reader:
    def __init__(self, most_elements: int, without: Collection[str]) -> None:
        self._root: Node | None = None
        self._open: list[tuple[Node, list[str]]] = []
        self._elements, self._most_elements = 0, most_elements
        self._without = without
        # A long list repeats few names: each is kept once.
        self._names: dict[str, tuple[str, str]] = {}

    def read(self, content: bytes) -> Node:
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.XmlDeclHandler = _check_encoding
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = parser.SkippedEntityHandler = _refuse
        parser.Parse(content, True)
        if self._root is None:
            raise XmlError("The document is empty.")
        return self._root

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > self._most_elements or len(self._open) >= DEEPEST:
            raise XmlError("The document has too many elements.")
        node = Node(*self._name(full_name), attributes or _NONE)
        if not self._open:
            self._root = node
        elif node.name.lower() not in self._without:
            self._open[-1][0].children.append(node)
        self._open.append((node, []))

    def _name(self, full_name: str) -> tuple[str, str]:
        if full_name not in self._names:
            namespace, _, name = full_name.rpartition(_SEPARATOR)
            self._names[full_name] = namespace, name
        return self._names[full_name]

    def _end(self, full_name: str) -> None:
        node, texts = self._open.pop()
        node.text = "".join(texts)

    def _characters(self, text: str) -> None:
        self._open[-1][1].append(text)


def _check_encoding(version: str, encoding: str | None, standalone: int) -> None:
    if encoding and encoding.lower() not in _ENCODINGS:
        raise XmlError("The document is in an encoding that is not read.")


def _refuse(*declared: Any) -> NoReturn:
    raise XmlError("The document declares a type or entities, which are not read.")
