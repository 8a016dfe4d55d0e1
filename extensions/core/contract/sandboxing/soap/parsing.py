"""XML in, from anyone: no document type, so no entities, and nothing is fetched."""

from __future__ import annotations

from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser


class NotXml(ValueError):
    """The text is no XML, or has a document type."""


class _Builder(TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> NoReturn:
        raise NotXml("A document type is not allowed.")


def parse(text: bytes) -> Element:
    """The root element of UTF-8 text. NotXml for anything else.

    Python's own expat, told to stop where a document type begins: entities can only be declared inside one. Not
    lxml, which would be one more dependency of the product for this alone.
    """
    parser = XMLParser(target=_Builder(), encoding="utf-8")  # noqa: S314
    try:
        parser.feed(text)
        return parser.close()
    except ParseError as error:
        raise NotXml(f"The body is not XML: {error}.") from None
