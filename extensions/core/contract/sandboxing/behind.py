"""What can be done behind a service's back: by its sandbox's state on disk, whoever serves it."""

from __future__ import annotations

from typing import Any

from ..sandbox import Fault, SandboxControl
from .faults import Fault as WireFault
from .faults import Kind

SLOW_SECONDS = 0.2


class StateControl(SandboxControl):
    """All but `reset`, which is each sandbox's own. `state` has faults, settings, a clock and a log of calls."""

    def __init__(self, state: Any) -> None:
        self.state = state

    @staticmethod
    def wire_fault(kind: str, seconds: float) -> Any:
        return WireFault(Kind(kind), seconds=seconds)

    def fail(self, fault: Fault) -> None:
        self.mend()
        self.state.add_fault(self.wire_fault(fault.value, SLOW_SECONDS if fault is Fault.SLOW else 0.0))

    def mend(self) -> None:
        self.state.clear_faults()

    def unlimited(self) -> None:
        self.state.change_settings(rate_limit=0)

    def advance(self, seconds: float) -> None:
        self.state.advance(seconds)

    def performed(self) -> int:
        return sum(len(call.performed) for call in self.state.calls())

    def close(self) -> None:
        self.state.close()
