"""A stand-in for Control Center that costs nothing: the carrier's wire protocol over a state on disk.

Written from the wire facts alone (specification sections 5 to 9 and 12), apart from our client, so that each
checks the other. Choices of our own, where the facts are silent, are listed in `CHOICES.md`.
"""

from extensions.core.contract.sandboxing.calls import Call
from extensions.core.contract.sandboxing.faults import Fault, Kind

from .app import Application, create_app
from .log import Performed
from .model import Account, CycleUsage, Message, RatePlan, Role, Sim
from .seed import seed_default
from .server import RunningSandbox, running, serve
from .settings import Settings
from .state import State

__all__ = [
    "Account",
    "Application",
    "Call",
    "CycleUsage",
    "Fault",
    "Kind",
    "Message",
    "Performed",
    "RatePlan",
    "Role",
    "RunningSandbox",
    "Settings",
    "Sim",
    "State",
    "create_app",
    "running",
    "seed_default",
    "serve",
]
