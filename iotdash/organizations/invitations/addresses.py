"""Email addresses: how they are compared, and how they are written on a message."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.encoding import punycode

LONGEST = 254


def normalized(email: str) -> str:
    """Two spellings of one address are equal in this form: lower case, the domain in ASCII.

    Raises ValidationError.
    """
    return deliverable(email).lower()


def deliverable(email: str) -> str:
    """As it was typed, with the domain in ASCII, which every mail server takes. Raises ValidationError."""
    typed = email.strip()
    validate_email(typed)
    local, _, domain = typed.rpartition("@")
    try:
        written = f"{local}@{punycode(domain)}"
    except UnicodeError:
        raise ValidationError("Enter a valid email address.") from None
    # A quoted first part may hold control characters, which have no place in the head of a message.
    if len(written) > LONGEST or not written.isprintable():
        raise ValidationError("Enter a valid email address.")
    return written


def spellings(email: str) -> set[str]:
    """The ways in which a person's account may spell a normalised address: domain in ASCII or as people write it."""
    local, _, domain = email.rpartition("@")
    try:
        return {email, f"{local}@{domain.encode().decode('idna')}"}
    except UnicodeError:
        return {email}
