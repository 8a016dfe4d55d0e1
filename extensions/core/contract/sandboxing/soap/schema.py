"""XML Schema of messages, made from their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement

from .names import XSD
from .types import Attribute, Choice, Field, Sequence, Simple
from .writing import Prefixes, declared

Roots = Mapping[str, Sequence]


def schema(namespace: str, roots: Roots, kinds: Iterable[Sequence], prefixes: Prefixes) -> Element:
    """The schema of one namespace: its root elements, and those of the types that are its own."""
    qualified = {"elementFormDefault": "qualified", "attributeFormDefault": "unqualified"}
    known = {"xmlns:xs": XSD} | declared(prefixes)
    root = Element("xs:schema", known | {"targetNamespace": namespace} | qualified)
    own = [kind for kind in kinds if kind.namespace == namespace]
    for other in sorted(_named_by(own, roots) - {namespace}):
        add(root, "xs:import", namespace=other)
    for attribute in {each.name: each for kind in own for each in kind.attributes if each.qualified}.values():
        add(root, "xs:attribute", name=attribute.name, type=f"xs:{attribute.type.name}")
    for name, sequence in roots.items():
        add(root, "xs:element", name=name, type=f"{prefixes[sequence.namespace]}:{sequence.name}")
    for sequence in own:
        _complex_type(root, sequence, prefixes)
    return root


def reached(roots: Iterable[Sequence]) -> list[Sequence]:
    """These sequences and those within them, each once."""
    found = (each for root in roots for each in _within(root))
    return list({(sequence.namespace, sequence.name): sequence for sequence in found}.values())


def add(parent: Element, tag: str, **attributes: str) -> Element:
    return SubElement(parent, tag, attributes)


def _within(sequence: Sequence) -> Iterator[Sequence]:
    yield sequence
    for field in sequence.every_field():
        if isinstance(field.type, Sequence):
            yield from _within(field.type)


def _named_by(own: Iterable[Sequence], roots: Roots) -> set[str]:
    inner = {field.type.namespace for kind in own for field in kind.every_field() if isinstance(field.type, Sequence)}
    return inner | {sequence.namespace for sequence in roots.values()}


def _complex_type(root: Element, sequence: Sequence, prefixes: Prefixes) -> None:
    kind = add(root, "xs:complexType", name=sequence.name)
    elements = add(kind, "xs:sequence")
    for part in sequence.fields:
        if isinstance(part, Choice):
            choice = add(elements, "xs:choice", **({} if part.least else {"minOccurs": "0"}))
            for option in part.options:
                _element(choice, option, prefixes)
        else:
            _element(elements, part, prefixes)
    for attribute in sequence.attributes:
        add(kind, "xs:attribute", **_attribute(attribute, prefixes[sequence.namespace]))


def _element(parent: Element, field: Field, prefixes: Prefixes) -> None:
    element = add(parent, "xs:element", name=field.name, **_type(field, prefixes))
    if field.least != 1:
        element.set("minOccurs", str(field.least))
    if field.most != 1:
        element.set("maxOccurs", "unbounded" if field.most is None else str(field.most))
    if field.nillable:
        element.set("nillable", "true")
    if isinstance(field.type, Simple) and field.type.one_of:
        kind = add(add(element, "xs:simpleType"), "xs:restriction", base=f"xs:{field.type.name}")
        for text in field.type.one_of:
            add(kind, "xs:enumeration", value=text)


def _type(field: Field, prefixes: Prefixes) -> dict[str, str]:
    if isinstance(field.type, Sequence):
        return {"type": f"{prefixes[field.type.namespace]}:{field.type.name}"}
    return {} if field.type.one_of else {"type": f"xs:{field.type.name}"}


def _attribute(attribute: Attribute, prefix: str) -> dict[str, str]:
    if attribute.qualified:
        return {"ref": f"{prefix}:{attribute.name}"}
    known = {"name": attribute.name, "type": f"xs:{attribute.type.name}"}
    return known | ({"default": attribute.default} if attribute.default else {})
