"""Answers as JSON."""

from typing import Any

from rest_framework.utils.encoders import JSONEncoder

_ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encoded(value: Any) -> bytes:
    """UTF-8 without spaces; dates, UUIDs and lazy texts as REST framework writes them. Raises TypeError for others."""
    return _ENCODER.encode(value).encode()
