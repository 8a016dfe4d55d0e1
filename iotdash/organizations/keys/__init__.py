"""Stands in until API keys arrive: no key is known. Whoever brings them replaces this file."""


class KeyRefused(Exception):
    """`wrong_token`: the key is known, but not by this token (401 instead of 403)."""

    wrong_token = False


def authenticate(key_id: str, token: str):
    raise KeyRefused("This API key is not known.")
