"""Numbers that not everybody may read."""

# A number shorter than this is hidden as a whole.
SHOWN, SHORTEST = 4, 9


def last_digits(number: str | None) -> str:
    """`…7163`: enough to compare with a number that somebody reads out, too little to use it."""
    if not number:
        return "unknown"
    return f"…{number[-SHOWN:]}" if len(number) >= SHORTEST else "…"
