"""Mail addresses and hosts: what is one, and how it is written on the wire."""

import re
from ipaddress import ip_address

from extensions.core.contract import ascii_name

# RFC 5321 and 6531: a dot-atom, which may have letters of any script. Quoted local parts are in no use.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_HOST = re.compile(r"[^\s:/?#@\[\]\\<>\"'\x00-\x20\x7f-\xa0]{1,253}")
_NAME = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_LONGEST_LOCAL = 64


def on_the_wire(address: str) -> str:
    """The address with its domain in ASCII (IDNA 2008). Raises ValueError if it is none."""
    local, _, domain = address.strip().rpartition("@")
    ascii_domain = ascii_name(domain)
    right_local = _LOCAL.fullmatch(local) and len(local.encode()) <= _LONGEST_LOCAL and local.isprintable()
    if not right_local or not _NAME.fullmatch(ascii_domain):
        raise ValueError("This is not an email address.")
    return f"{local}@{ascii_domain}"


def is_address(text: str) -> bool:
    try:
        return bool(on_the_wire(text))
    except ValueError:
        return False


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def is_host(text: str) -> bool:
    """A name or an IP address, without scheme, port or path."""
    try:
        return is_ip(text) or bool(_HOST.fullmatch(text) and ascii_name(text))
    except ValueError:
        return False


def is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether what is sent there never leaves this machine."""
    name = host.strip("[]").lower()
    return name == "localhost" or (is_ip(name) and ip_address(name).is_loopback)


def is_under(host: str, domain: str) -> bool:
    name = host.rstrip(".").lower()
    return name == domain or name.endswith(f".{domain}")
