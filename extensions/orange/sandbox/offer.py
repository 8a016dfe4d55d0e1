"""The sandbox as the manifest offers it: its world, settings that reach it, and what can be done behind its back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from extensions.core.contract import Example, Sandbox
from extensions.core.contract.sandboxing.behind import StateControl

from .numbers import make_ssn
from .seed import MANAGER, SOUTHERN, seed_default
from .server import serve
from .state import State

NAME = "orange"
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
    return {"sim": Example({FIELD: make_ssn(1)}, {})}


class Control(StateControl):
    """For `Sandbox.control`."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__(State(state_dir))
        self._state_dir = state_dir

    def reset(self) -> None:
        self.state.forget_world()
        seed(self._state_dir)
