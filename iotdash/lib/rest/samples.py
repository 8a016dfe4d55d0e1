"""An example of what a schema describes: its own first one, or one made of its parts."""

from collections.abc import Mapping
from typing import Any

from iotdash.lib.rest import schemas

_FORMATS = {
    "date-time": "2026-03-01T09:00:00.000Z",
    "date": "2026-03-01",
    "uuid": "0c7c5a52-9a3c-4f0f-8f8e-3b9d3c1c2a10",
}


def of(schema: Mapping[str, Any]) -> Any:
    schema = schemas.resolved(schema)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "oneOf" in schema:
        return of(schema["oneOf"][0])
    return _MAKE[_kind(schema)](schema)


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", "object")
    return kinds if isinstance(kinds, str) else next(kind for kind in kinds if kind != "null")


def _object(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: of(rule) for name, rule in schema.get("properties", {}).items()}


def _text(schema: Mapping[str, Any]) -> str:
    return _FORMATS.get(schema.get("format", ""), "text")


_MAKE = {
    "object": _object,
    "array": lambda schema: [of(schema["items"])],
    "string": _text,
    "integer": lambda schema: schema.get("minimum", 1),
    "number": lambda schema: schema.get("minimum", 1.5),
    "boolean": lambda schema: True,
    "null": lambda schema: None,
}
