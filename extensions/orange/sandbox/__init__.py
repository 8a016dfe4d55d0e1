"""A stand-in for Orange's M2M API (Malima) that costs nothing: its SOAP over a state on disk.

Written from the wire facts alone (specification of the SIM providers, sections 11 and 12), apart from our client, so
that each checks the other. Choices of our own, where the facts are silent, are listed in `CHOICES.md`. `sandbox()` is
what the manifest offers.
"""

from extensions.core.contract.sandboxing.calls import Call
from extensions.core.contract.sandboxing.faults import Fault, Kind

from .app import Application, create_app
from .model import Account, Sim
from .offer import Control, sandbox
from .seed import make_sims, seed_default
from .server import RunningSandbox, running, serve
from .settings import Settings
from .state import State
from .store import Performed

__all__ = [
    "Account",
    "Application",
    "Call",
    "Control",
    "Fault",
    "Kind",
    "Performed",
    "RunningSandbox",
    "Settings",
    "Sim",
    "State",
    "create_app",
    "make_sims",
    "running",
    "sandbox",
    "seed_default",
    "serve",
]
