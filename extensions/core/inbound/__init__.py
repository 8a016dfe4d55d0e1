"""What services send to us by themselves: an address per configuration, events kept first and processed later."""

from extensions.core.inbound.addresses import address_of, find, redigest, renew
from extensions.core.inbound.body import read
from extensions.core.inbound.card import card
from extensions.core.inbound.forgetting import forget, forget_old
from extensions.core.inbound.limits import seconds_to_wait
from extensions.core.inbound.processing import process, process_again, wake_due
from extensions.core.inbound.refusals import NotTaken, note_refused
from extensions.core.inbound.taking import take

__all__ = [
    "NotTaken",
    "address_of",
    "card",
    "find",
    "forget",
    "forget_old",
    "note_refused",
    "process",
    "process_again",
    "read",
    "redigest",
    "renew",
    "seconds_to_wait",
    "take",
    "wake_due",
]
