"""What a mail service's provider fulfils: one message at a time, with the service's own answer."""

from extensions.mailers.contract.provider import (
    Delivery,
    DeliveryEvent,
    MailProvider,
    OutgoingMail,
    Taken,
    event_of,
    payload_of,
)

__all__ = [
    "Delivery",
    "DeliveryEvent",
    "MailProvider",
    "OutgoingMail",
    "Taken",
    "event_of",
    "payload_of",
]
