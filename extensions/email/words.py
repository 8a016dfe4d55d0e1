"""What a mail service said, as it may be shown."""

from collections.abc import Iterable

LONGEST = 300
_SHORTEST_SECRET = 4


def shown(words: str, secrets: Iterable[str] = ()) -> str:
    """On one line, without what we sent in confidence, cut to a length to show."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            words = words.replace(secret, "…")
    line = " ".join(words.split())
    return "".join(letter for letter in line if letter.isprintable())[:LONGEST]
