"""The contract of a mail service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from extensions.core.contract import Context, Proof
from iotdash.lib.logging import redact_links


@dataclass(frozen=True)
class OutgoingMail:
    """One message to one person. The sender is in the settings.

    `mail_id` is our own id of the message, opaque; `labels` are further opaque ids. A service that reports what became
    of a message repeats them. `category` is one word, may be empty.
    """

    mail_id: str
    recipient: str
    subject: str
    text: str
    html: str
    recipient_name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    category: str = ""


@dataclass(frozen=True)
class Taken:
    """The service took the message, which is not yet delivered. `words` is its own reply, `message_id` its own id.

    Both may be empty.
    """

    words: str = ""
    message_id: str = ""


class MailProvider(Protocol):
    """Every method makes as few calls as it can and raises only the contract's errors.

    `send`: AuthRejected also for a key that may not send and a sender that is not verified: mail then waits until the
    configuration is mended. Refused for a message that will never be taken; with `later` if the service says so.
    `may_have_happened` when the message may have been taken although no answer came: it is sent again all the same.
    """

    def check(self, context: Context) -> Proof: ...

    def send(self, context: Context, mail: OutgoingMail) -> Taken: ...


class Delivery(StrEnum):
    """What a service reports of a message that it took."""

    SENT = "sent"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class DeliveryEvent:
    """One report. `mail_id` is ours as it was sent along, else empty; `message_id` the service's, as far as known.

    `words` are the service's own, for people, without the address.
    """

    delivery: Delivery
    mail_id: str = ""
    message_id: str = ""
    words: str = ""


def payload_of(event: DeliveryEvent) -> dict[str, Any]:
    """As the payload of an inbound record; without a link of the message that the service's words may quote."""
    return {
        "delivery": event.delivery.value,
        "mail_id": event.mail_id,
        "message_id": event.message_id,
        "words": redact_links(event.words),
    }


def event_of(payload: Mapping[str, Any]) -> DeliveryEvent:
    return DeliveryEvent(Delivery(payload["delivery"]), payload["mail_id"], payload["message_id"], payload["words"])
