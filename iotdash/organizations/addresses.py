"""Email addresses: how they are compared, and how they are written on a message."""

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from iotdash.lib.domains import ascii_name

LONGEST = 254
_LONGEST_LOCAL = 64
_looks_right = EmailValidator(allowlist=())


def normalized(email: str) -> str:
    """Two spellings of one address are equal in this form: lower case, the domain in ASCII.

    Raises ValidationError.
    """
    return deliverable(email).lower()


def deliverable(email: str) -> str:
    """As it was typed, with the domain in ASCII, which every mail server takes. Raises ValidationError."""
    typed = email.strip()
    _looks_right(typed)
    local, _, domain = typed.rpartition("@")
    try:
        written = f"{local}@{ascii_name(domain)}"
    except UnicodeError:
        raise ValidationError(_looks_right.message) from None
    # Quoted first parts and numbers instead of a domain are in no use: mail services do not take them.
    if len(written) > LONGEST or len(local) > _LONGEST_LOCAL or typed.startswith('"') or typed.endswith("]"):
        raise ValidationError(_looks_right.message)
    return written


def spellings(email: str) -> set[str]:
    """The ways in which a person's account may spell a normalised address: domain in ASCII or as people write it."""
    local, _, domain = email.rpartition("@")
    try:
        return {email, f"{local}@{idna.decode(domain)}"}
    except UnicodeError:
        return {email}
