"""The sandbox as the manifest offers it: its world, settings that reach it, and what can be done behind its back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from extensions.core.contract import Example, Fault, Sandbox, SandboxControl
from extensions.core.contract.sandboxing.faults import Fault as WireFault
from extensions.core.contract.sandboxing.faults import Kind

from .numbers import make_ssn
from .seed import MANAGER, SOUTHERN, seed_default
from .server import serve
from .state import State

NAME = "orange"
SLOW_SECONDS = 0.2
# The settings and the device's field as the extension names them.
USERNAME, PASSWORD, BASE_URL, FIELD = "username", "password", "base_url", "serialnumber"


def sandbox() -> Sandbox:
    """For `Manifest.sandbox`."""
    return Sandbox(
        name=NAME,
        serve=serve,
        seed=seed,
        settings=settings,
        hint="Open the address in a browser to see its logins, quota and calls, and to make it fail on purpose.",
        wrong_settings=wrong_settings,
        examples=examples,
        control=Control,
    )


def seed(state_dir: Path) -> None:
    state = State(state_dir)
    seed_default(state)
    state.close()


def settings(base_url: str) -> dict[str, Any]:
    """Extension settings that reach the sandbox."""
    return {USERNAME: MANAGER.login, PASSWORD: MANAGER.password, BASE_URL: f"{base_url}/MLM/"}


def wrong_settings(base_url: str) -> dict[str, dict[str, Any]]:
    """What is wrong → extension settings that the sandbox does not accept."""
    right = settings(base_url)
    return {
        "a wrong password": right | {PASSWORD: "not-the-password"},
        "a password without its last letter": right | {PASSWORD: MANAGER.password[:-1]},
        "the password of another login": right | {PASSWORD: SOUTHERN.password},
        "an unknown user name": right | {USERNAME: "nobody-here"},
    }


def examples(state_dir: Path) -> dict[str, Example]:
    """The service only reads, as far as the extension uses it."""
    return {"terminal": Example({FIELD: make_ssn(1)}, {})}


class Control(SandboxControl):
    """For `Sandbox.control`: the state on disk, whoever serves it."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self.state = State(state_dir)

    def fail(self, fault: Fault) -> None:
        self.mend()
        seconds = SLOW_SECONDS if fault is Fault.SLOW else 0.0
        self.state.add_fault(WireFault(Kind(fault.value), seconds=seconds))

    def mend(self) -> None:
        self.state.clear_faults()

    def reset(self) -> None:
        self.state.forget_world()
        seed(self._state_dir)

    def unlimited(self) -> None:
        self.state.change_settings(rate_limit=0)

    def advance(self, seconds: float) -> None:
        self.state.advance(seconds)

    def performed(self) -> int:
        return sum(len(call.performed) for call in self.state.calls())

    def close(self) -> None:
        self.state.close()
