"""Names of domains as they are written on the wire."""

import idna


def ascii_name(name: str) -> str:
    """A domain or host name in ASCII. Raises ValueError if it cannot be written so.

    By IDNA 2008, as mail services do: by the rules before it, ß was ss, which is another domain today.
    """
    return name if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
