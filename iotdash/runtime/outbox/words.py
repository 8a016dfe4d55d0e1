"""What a mail service says, as a row keeps it: without what no database takes."""

from iotdash.lib.logging import redact_links
from iotdash.lib.texts import storable
from iotdash.runtime.models import OutboxMail


def kept_words(words: str) -> str:
    """Whoever refuses a message may quote its link, which would let in everybody who reads the refusal."""
    return _cut(redact_links(words), "detail")


def kept_id(text: str) -> str:
    return _cut(text, "provider_message_id")


def _cut(text: str, field: str) -> str:
    longest = OutboxMail._meta.get_field(field).max_length
    return storable(text)[:longest]
