"""Names of tags as people type them: several with commas between."""

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from devices.fields import validate_text
from devices.tags.models import LONGEST

MOST_ON_A_DEVICE = 20
# What of a name could not be seen, or would end it.
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Co", "Cn"}
_SPACES = re.compile(r"\s+")


def folded(name: str) -> str:
    """What a name is compared by."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def split(text: str) -> list[str]:
    """The names in a text, each once; nothing is refused."""
    return once(_SPACES.sub(" ", part).strip() for part in text.split(","))


def once(names: Iterable[str]) -> list[str]:
    """Without empty ones, and each once however it is written; the first way stays."""
    found: dict[str, str] = {}
    for name in names:
        if name:
            found.setdefault(folded(name), name)
    return list(found.values())


def validate(name: str) -> None:
    """Raises ValidationError."""
    validate_text(name)
    if not name or len(name) > LONGEST:
        raise ValidationError(f"A tag has 1 to {LONGEST} characters; “{name[:60]}” does not.", code="length")
    if "," in name:
        raise ValidationError("A tag has no comma: it stands between tags.", code="comma")
    if name != _SPACES.sub(" ", name).strip() or any(unicodedata.category(each) in _INVISIBLE for each in name):
        raise ValidationError(f"“{name}” has a space or a character that cannot be seen.", code="character")


def typed(text: str) -> list[str]:
    """The names in a text. Raises ValidationError for one that is none, and for too many."""
    names = split(text)
    for name in names:
        validate(name)
    if len(names) > MOST_ON_A_DEVICE:
        raise ValidationError(f"A device has {MOST_ON_A_DEVICE} tags at most; these are {len(names)}.", code="many")
    return names


def joined(names: Iterable[str]) -> str:
    return ", ".join(names)
