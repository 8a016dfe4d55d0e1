"""What no database takes must not keep a message from being kept."""

from collections.abc import Mapping
from typing import Any


def storable(text: str) -> str:
    """Without NUL and lone surrogates."""
    return text.replace("\0", "").encode(errors="replace").decode()


def storable_json(value: Any) -> Any:
    """The same for every text in JSON, names too."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable_json(name): storable_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(each) for each in value]
    return value
