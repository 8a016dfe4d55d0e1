"""What no database takes must not keep a message from being kept."""

from collections.abc import Mapping
from typing import Any

from iotdash.lib.texts import storable


def storable_json(value: Any) -> Any:
    """`storable` for every text in JSON, names too."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable_json(name): storable_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(each) for each in value]
    return value
