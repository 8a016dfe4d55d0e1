"""What a person asks of the sandbox itself and cannot be."""

from __future__ import annotations


class Unusable(ValueError):
    """The text says why, in a sentence."""


def number_in(name: str, value: object, kind: type[int] | type[float]) -> float:
    """A number that is 0 or more, from JSON or a form. Unusable for anything else."""
    try:
        number = kind(str(value))
    except ValueError:
        raise Unusable(f"{name} is a number, not {value!r}.") from None
    if not 0 <= number < float("inf"):
        raise Unusable(f"{name} cannot be {value}.")
    return number
