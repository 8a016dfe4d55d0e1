"""What a mail service says, as a row keeps it."""

from iotdash.lib.logging import redact_links
from iotdash.runtime.models import OutboxMail


def storable(text: str, field: str) -> str:
    """As long as the field of OutboxMail, without what no database takes.

    Whoever refuses a message may quote its link, which would let in everybody who reads the refusal.
    """
    longest = OutboxMail._meta.get_field(field).max_length
    return redact_links(text.replace("\0", "").encode(errors="replace").decode())[:longest]
