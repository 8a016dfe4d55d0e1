"""Mail of organizations on its way: rows that say what is to be sent and what became of it.

Two seams meet here. Whoever wants mail sent registers a *composer* for its kind and calls `queue`; a row carries the
kind and a reference, never an address, a text or a token, and is composed anew for each attempt. Whoever can send
registers the *transport*, takes what is due (`progress`) and notes what came of it, also what the service tells later
(`reports`).
"""

from iotdash.runtime.outbox.composers import Composer, Message, composer_of, register_composer
from iotdash.runtime.outbox.queueing import queue, withdraw
from iotdash.runtime.outbox.transports import Availability, Transport, availability, register_transport

__all__ = [
    "Availability",
    "Composer",
    "Message",
    "Transport",
    "availability",
    "composer_of",
    "queue",
    "register_composer",
    "register_transport",
    "withdraw",
]
