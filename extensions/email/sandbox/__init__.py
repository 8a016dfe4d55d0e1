"""A stand-in for SendGrid and for a mail server that costs nothing: their wire protocols over an inbox on disk.

Written from the wire facts alone (specification of the Email extension, sections 2, 3, 4 and 11), apart from our
client, so that each checks the other. Choices of our own, where the facts are silent, are listed in `CHOICES.md`.
`sandbox()` and `demo(state_dir)` are what the manifest offers.
"""

from .accounts import ApiKey, SmtpUser
from .faults import Fault, Kind
from .log import Call
from .messages import Message
from .offer import Control, demo, sandbox, seed
from .ports import Ports, ports_of
from .server import RunningSandbox, running, serve
from .settings import Settings
from .state import State

__all__ = [
    "ApiKey",
    "Call",
    "Control",
    "Fault",
    "Kind",
    "Message",
    "Ports",
    "RunningSandbox",
    "Settings",
    "SmtpUser",
    "State",
    "demo",
    "ports_of",
    "running",
    "sandbox",
    "seed",
    "serve",
]
