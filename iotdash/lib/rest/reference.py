"""The description as a page shows it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from iotdash.lib.rest import samples, schemas

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A line of a table: a parameter, or a property of an object with its path ("deviceInfo.model")."""

    name: str
    kind: str
    words: str
    required: bool


@dataclass(frozen=True)
class Shape:
    """A body: its fields, and an example as JSON; "" where there is no body."""

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


def sections(description: Mapping[str, Any]) -> list[tuple[str, list[Entry]]]:
    """Entries by section; sections in the order of their names."""
    entries = sorted(_entries(description), key=lambda entry: entry.section)
    return [(section, list(found)) for section, found in groupby(entries, key=lambda entry: entry.section)]


def _entries(description: Mapping[str, Any]) -> Iterator[Entry]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield _entry(path, method, operation)


def _entry(path: str, method: str, operation: Mapping[str, Any]) -> Entry:
    answers = [_answer(status, answer) for status, answer in operation["responses"].items()]
    body = operation.get("requestBody")
    return Entry(
        id=operation["operationId"],
        section=operation["tags"][0],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        least_role=operation.get("x-least-role", ""),
        parameters=tuple(_parameter(each) for each in operation.get("parameters", ())),
        body=_shape(body["content"]) if body else None,
        answers=tuple(each for each in answers if each.status < "400"),
        errors=tuple(each for each in answers if each.status >= "400"),
    )


def _parameter(parameter: Mapping[str, Any]) -> Field:
    schema = parameter["schema"]
    words = parameter.get("description", "")
    return Field(parameter["name"], _kind(schema), words, parameter.get("required", False))


def _answer(status: str, answer: Mapping[str, Any]) -> Answer:
    return Answer(status, answer.get("description", ""), _shape(answer.get("content", {})))


def _shape(content: Mapping[str, Any]) -> Shape:
    schema = next(iter(content.values()), {}).get("schema")
    if schema is None:
        return Shape((), "")
    example = json.dumps(samples.of(schema), indent=2, ensure_ascii=False)
    return Shape(tuple(_fields(schema)), example)


def _fields(schema: Schema, before: str = "") -> Iterator[Field]:
    """Of an object or a list of objects, those of the objects in it behind it."""
    schema = schemas.resolved(schema)
    if "items" in schema:
        yield from _fields(schema["items"], f"{before}[].")
    required = schema.get("required", ())
    for name, rule in schema.get("properties", {}).items():
        whole = schemas.resolved(rule)
        yield Field(f"{before}{name}", _kind(whole), whole.get("description", ""), name in required)
        yield from _fields(whole, f"{before}{name}." if "items" not in whole else f"{before}{name}")


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
