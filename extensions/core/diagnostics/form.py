"""The form of a bundle, as far as it is read again: JSON schemas of its two files."""

from typing import Any

FORMAT = 1
README, MANIFEST, EXCHANGES = "README.txt", "manifest.json", "exchanges.json"


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


_TEXT, _NUMBER, _ANYTHING = {"type": "string"}, {"type": "number"}, {"type": "object"}
_LIST_OF_TEXTS = {"type": "array", "items": _TEXT}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_BODY = _object(kind=_TEXT, size=_NUMBER, text=_TEXT, cut={"type": "boolean"})
_SIDE = _object(headers=_TEXTS, others=_NUMBER, body=_BODY)

MANIFEST_SCHEMA = _object(
    format={"const": FORMAT},
    product=_object(version=_TEXT),
    organization=_TEXT,
    extension=_object(slug=_TEXT, name=_TEXT, device_key=_TEXT, subject_field=_TEXT),
    configuration=_object(settings=_ANYTHING, titles=_TEXTS, addresses=_LIST_OF_TEXTS),
    operations={"type": "array", "items": _object(subject=_TEXT)},
    varying=_LIST_OF_TEXTS,
)
_EXCHANGE = _object(
    number=_NUMBER,
    at=_TEXT,
    purpose=_TEXT,
    method=_TEXT,
    url=_TEXT,
    status={"type": ["integer", "null"], "minimum": 100, "maximum": 999},
    error=_TEXT,
    request=_SIDE,
    response={"anyOf": [_SIDE, {"type": "null"}]},
)
EXCHANGES_SCHEMA = {"type": "array", "items": _EXCHANGE}
