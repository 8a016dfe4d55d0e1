"""Texts that others wrote, as they may be kept."""


def storable(text: str) -> str:
    """Without what JSON may hold but no database takes: NUL, and halves of a pair of surrogates."""
    return text.replace("\0", "").encode(errors="replace").decode()
