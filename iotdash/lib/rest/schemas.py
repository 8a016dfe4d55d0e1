"""Named JSON schemas (draft 2020-12, as OpenAPI 3.1 has them): one is checked, answered by and described."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_AT = "#/components/schemas/"
_schemas: dict[str, Schema] = {}


def register(name: str, schema: Schema) -> None:
    """Called from AppConfig.ready(). `name` is what OpenAPI calls it: "Device"."""
    _schemas[name] = schema


def get(name: str) -> Schema:
    return _schemas[name]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"{_AT}{name}"}


def resolved(schema: Schema) -> Schema:
    at = schema.get("$ref", "")
    return _schemas[at.removeprefix(_AT)] if at else schema


def name_of(schema: Schema) -> str:
    """Of a reference to a named schema; "" for others."""
    return schema.get("$ref", "").removeprefix(_AT)


def whole(name: str) -> dict[str, Any]:
    """The schema with all others beside it, so that a validator finds what it refers to."""
    return {**_schemas[name], "components": {"schemas": _schemas}}


def everything() -> dict[str, Schema]:
    return dict(sorted(_schemas.items()))


def obj(properties: Mapping[str, Any], required: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """An object that has no other keys."""
    wanted = {"required": list(required)} if required else {}
    return {"type": "object", "properties": dict(properties), "additionalProperties": False, **wanted, **more}


_TOTAL = (
    "Rows of the whole list, counted exactly when its first page was asked; the pages after it repeat that. The time "
    "that takes grows with the rows that match."
)


def page_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a list. `bookmark` is absent on the last one: clients that find it there ask on for ever."""
    properties = {
        "results": {"type": "array", "items": item},
        "bookmark": {"type": "string", "description": "Give it as _bookmark for the next page."},
        "meta": obj(
            {
                "total_rows": {"type": "integer", "minimum": 0, "description": _TOTAL},
                "facets": {"type": "object", "additionalProperties": {"type": "object"}},
            },
            ("total_rows",),
        ),
    }
    return obj(properties, ("results", "meta"))


ERROR_NAME = "Error"
_EXCEPTION = obj(
    {"id": {"type": "string"}, "properties": {"type": "array", "items": {"type": "string"}}}, ("id", "properties")
)
_PROBLEM = obj({"message": {"type": "string"}, "exception": _EXCEPTION}, ("message", "exception"))
register("Problem", _PROBLEM)
register(
    ERROR_NAME,
    obj(
        {**_PROBLEM["properties"], "violations": {"type": "array", "items": ref("Problem"), "minItems": 1}},
        ("message", "exception"),
        examples=[
            {
                "message": "CUDRS0007E: The request was not valid.",
                "exception": {"id": "CUDRS0007E", "properties": []},
                "violations": [
                    {
                        "message": "CUDRS0012E: severity is too high, maximum 2",
                        "exception": {"id": "CUDRS0012E", "properties": ["severity", "2"]},
                    }
                ],
            }
        ],
    ),
)
