"""The description as a page shows it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from iotdash.lib.rest import curl, samples, schemas
from iotdash.lib.rest.describing import description
from iotdash.lib.rest.operations import ALWAYS, ERRORS, OF_BODIES

Schema = Mapping[str, Any]
# What a program begins with; other sections follow by their names.
_FIRST = ("Organization", "Device types", "Devices", "Diagnostics of a device", "Extensions of a device", "SIMs")
# Told once for all operations.
_TOLD_ONCE = {str(status) for status in (400, *ALWAYS, *OF_BODIES)}


@dataclass(frozen=True)
class Field:
    """A parameter, or a property of an object with its path ("status.alert.enabled").

    `named` is the named schema that it has, or whose it is a list of; "" for others.
    """

    name: str
    kind: str
    words: str
    required: bool
    named: str


@dataclass(frozen=True)
class Shape:
    """A body: its fields, and an example as JSON; "" without a body. `named`: what the schema is called, or ""."""

    named: str
    fields: tuple[Field, ...]
    example: str


@dataclass(frozen=True)
class Answer:
    status: str
    words: str
    shape: Shape


@dataclass(frozen=True)
class Entry:
    """One method of one path."""

    id: str
    section: str
    method: str
    path: str
    summary: str
    least_role: str
    parameters: tuple[Field, ...]
    body: Shape | None
    answers: tuple[Answer, ...]
    errors: tuple[Answer, ...]
    curl: tuple[str, str]
    searched: str


Sections = Sequence[tuple[str, Sequence[Entry]]]


@cache
def sections() -> Sections:
    """Entries by section."""
    entries = sorted(_entries(), key=lambda entry: _place(entry.section))
    return [(section, list(found)) for section, found in groupby(entries, key=lambda entry: entry.section)]


def matching(search: str) -> Sections:
    """Those in whose method, path, words or names all words of `search` are."""
    words = search.lower().split()
    kept = [
        (section, [entry for entry in of if all(word in entry.searched for word in words)])
        for section, of in sections()
    ]
    return [(section, entries) for section, entries in kept if entries]


@cache
def named_shapes() -> Sequence[Shape]:
    return [_shape_of(schemas.ref(name)) for name in schemas.everything()]


def common_errors() -> Sequence[tuple[int, str]]:
    """Statuses that operations need not tell one by one, and what they mean."""
    return [(status, words) for status, words in ERRORS.items() if str(status) in _TOLD_ONCE]


def error_shape() -> Shape:
    return _shape_of(schemas.ref(schemas.ERROR_NAME))


def _place(section: str) -> tuple[int, str]:
    return (_FIRST.index(section) if section in _FIRST else len(_FIRST), section)


def _entries() -> Iterator[Entry]:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield _entry(path, method, operation)


def _entry(path: str, method: str, operation: Mapping[str, Any]) -> Entry:
    answers = [_answer(status, answer) for status, answer in operation["responses"].items()]
    body, given = operation.get("requestBody"), operation.get("parameters", ())
    return Entry(
        id=operation["operationId"],
        section=operation["tags"][0],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        least_role=operation.get("x-least-role", ""),
        parameters=tuple(_parameter(each) for each in sorted(given, key=lambda each: _in_path(path, each))),
        body=_shape(body["content"]) if body else None,
        answers=tuple(each for each in answers if each.status < "400"),
        errors=tuple(each for each in answers if each.status >= "400" and each.status not in _TOLD_ONCE),
        curl=curl.line(path, method, operation),
        searched=" ".join(_searched(path, method, operation)).lower(),
    )


def _searched(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    """What an operation is found by: its words, and the names of what is sent, at any depth."""
    yield from (method, path, operation["summary"], operation["operationId"])
    yield from (each["name"] for each in operation.get("parameters", ()))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _names(content["schema"])


def _names(schema: Schema) -> Iterator[str]:
    schema = schemas.resolved(schema)
    for name, rule in schema.get("properties", {}).items():
        yield name
        yield from _names(rule)
    yield from _names(schema["items"]) if "items" in schema else ()


def _in_path(path: str, parameter: Mapping[str, Any]) -> int:
    """Parameters of the path stand as they do in it, before the others."""
    place = path.find(f"{{{parameter['name']}}}")
    return place if place >= 0 else len(path)


def _parameter(parameter: Mapping[str, Any]) -> Field:
    schema = parameter["schema"]
    words = parameter.get("description", "")
    return Field(parameter["name"], _kind(schema), words, parameter.get("required", False), "")


def _answer(status: str, answer: Mapping[str, Any]) -> Answer:
    return Answer(status, answer.get("description", ""), _shape(answer.get("content", {})))


def _shape(content: Mapping[str, Any]) -> Shape:
    schema = next(iter(content.values()), {}).get("schema")
    return Shape("", (), "") if schema is None else _shape_of(schema)


def _shape_of(schema: Schema) -> Shape:
    example = json.dumps(samples.of(schema), indent=2, ensure_ascii=False)
    return Shape(schemas.name_of(schema), tuple(_fields(schemas.resolved(schema))), example)


def _fields(schema: Schema, before: str = "") -> Iterator[Field]:
    """Of an object or a list of objects, those of the objects in it behind it; what has a name of its own is named."""
    if "items" in schema:
        yield from _items(schema["items"], f"{before}[]")
    required = schema.get("required", ())
    for name, rule in schema.get("properties", {}).items():
        path, whole = f"{before}{name}", schemas.resolved(rule)
        named = schemas.name_of(rule) or schemas.name_of(whole.get("items", {}))
        yield Field(path, _kind(whole), whole.get("description", ""), name in required, named)
        if not named:
            yield from _fields(whole, path if "items" in whole else f"{path}.")


def _items(schema: Schema, path: str) -> Iterator[Field]:
    if named := schemas.name_of(schema):
        yield Field(path, _kind(schema), "", False, named)
    else:
        yield from _fields(schema, f"{path}.")


def _kind(schema: Schema) -> str:
    """ "string, date-time", "integer, 0 to 2", "one of: green, orange, red"."""
    schema = schemas.resolved(schema)
    values = schema.get("enum") or [each["const"] for each in schema.get("oneOf", ()) if "const" in each]
    if values:
        return f"one of: {', '.join(map(str, values))}"
    kinds = schema.get("type", "any")
    kind = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    return ", ".join(filter(None, (kind, schema.get("format", ""), _bounds(schema))))


def _bounds(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f"{least} to {most}"
    if "maxLength" in schema:
        return f"at most {schema['maxLength']} characters"
    return f"{least} or more" if least is not None else ""
