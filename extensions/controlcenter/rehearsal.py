"""Rehearsing without a carrier: the sandbox as a manifest offers it, and what the sample organization gets of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Any

from extensions.controlcenter import sample, sandbox
from extensions.controlcenter.address import REST, SOAP
from extensions.controlcenter.iccid import FIELD
from extensions.controlcenter.sandbox.cycles import recent_starts
from extensions.controlcenter.sandbox.generators import make_fleet, make_iccid, make_plans
from extensions.controlcenter.sandbox.model import ACTIVATED, Account, Sim
from extensions.controlcenter.sandbox.push.events import STATE_CHANGE
from extensions.controlcenter.sandbox.push.model import Push, Rule
from extensions.controlcenter.sandbox.push.sender import body_of
from extensions.controlcenter.sandbox.seed import EAST_ADMIN, EAST_SIMS, FIRST_WEST_SIM, WEST_ADMIN, WEST_SIMS
from extensions.controlcenter.settings import PUSH_FIELD
from extensions.core.contract import DemoData, Example, Sandbox, Sent, Variant
from extensions.core.contract.sandboxing.behind import StateControl

SAMPLE_SIMS = 290
FIRST_SAMPLE_SIM = 1001


@dataclass(frozen=True)
class Rehearsal:
    """What a carrier's manifest offers of the one sandbox: an account of its own, by its administrator.

    `stranger` is somebody of another account; `numbers` are those of the SIMs in the sample organization, `name` that
    of its configuration. `unknown`: one of the sample's devices has a SIM that the carrier does not know.
    """

    account: Account
    stranger: Account
    numbers: Sequence[int]
    name: str
    unknown: bool = False

    def offer(self) -> Sandbox:
        """For `Manifest.sandbox`."""
        return Sandbox(
            name="controlcenter",
            serve=sandbox.serve,
            seed=seed,
            settings=self.settings,
            hint="Open the address in a browser to see its accounts, its calls, and to make it fail on purpose.",
            wrong_settings=self.wrong_settings,
            examples=self.examples,
            control=Control,
            sends=self.sends,
            others={"SOAP": Variant(self.soap_settings, self.wrong_soap_settings)},
        )

    def settings(self, base_url: str) -> dict[str, Any]:
        """Extension settings that reach the sandbox as the account's administrator."""
        return {
            "username": self.account.username,
            "password": self.account.password,
            "access_key": self.account.api_key,
            "domain_id": base_url,
            "protocol": REST,
        }

    def soap_settings(self, base_url: str) -> dict[str, Any]:
        """The same over SOAP, whose access key is the account's licence key."""
        return self.settings(base_url) | {"access_key": self.account.licence_key, "protocol": SOAP}

    def wrong_settings(self, base_url: str) -> dict[str, dict[str, Any]]:
        """What is wrong → extension settings that the sandbox does not accept."""
        right = self.settings(base_url)
        return {
            "a wrong key": right | {"access_key": "0f0f0f0f-not-a-key-of-anybody"},
            "a key without its last letter": right | {"access_key": self.account.api_key[:-1]},
            "the key of another user": right | {"access_key": self.stranger.api_key},
            "an unknown user name": right | {"username": "nobody-here"},
            "an empty key": right | {"access_key": ""},
        }

    def wrong_soap_settings(self, base_url: str) -> dict[str, dict[str, Any]]:
        right = self.soap_settings(base_url)
        return {
            "a wrong licence key": right | {"access_key": "0f0f0f0f-not-a-key-of-anybody"},
            "the API key instead": right | {"access_key": self.account.api_key},
            "the licence key of another account": right | {"access_key": self.stranger.licence_key},
            "an empty licence key": right | {"access_key": ""},
            "a wrong password": right | {"password": "not-the-password"},
            "the password of another user": right | {"password": self.stranger.password},
            "an empty password": right | {"password": ""},
            "an unknown user name": right | {"username": "nobody-here"},
        }

    def sends(self, settings: Mapping[str, Any]) -> Sent:
        """For `Sandbox.sends`: the push of a change of state."""
        secret, now = token_hex(8), datetime.now(UTC)
        data = {"iccid": make_iccid(self.numbers[0]), "previousState": "DEACTIVATED", "currentState": ACTIVATED}
        about = (STATE_CHANGE, self.account.account_id, data["iccid"], "SimStateChange", data)
        push = Push(None, secret, *about, made_at=now, next_at=now)
        body, kind = body_of(push, Rule(self.account.account_id, "", secret), now)
        return Sent({**settings, PUSH_FIELD: secret}, body, {"Content-Type": kind})

    def demo(self, state_dir: Path) -> DemoData:
        """For `Manifest.demo`."""
        devices = sample.devices(state_dir, self.account, self.numbers)
        if self.unknown:
            devices.insert(1, sample.UNKNOWN)
        return DemoData(self.name, devices)

    def examples(self, state_dir: Path) -> dict[str, Example]:
        """Operations on SIMs of their own, so that one does not change what another finds."""
        state = sandbox.State(state_dir)
        idle, switched, texted, moved = ({FIELD: sim.iccid} for sim in islice(self._activated(state), 4))
        plan = self._another_plan(state, moved[FIELD])
        # A cycle that both protocols give: REST has the last few, SOAP the completed ones.
        before = recent_starts(self.account, state.now(), past=1)[-1]
        state.close()
        return {
            "terminal": Example(idle, {}),
            "usage": Example(idle, {"cycleStartDate": before.isoformat()}),
            "rateplans": Example(idle, {}),
            "status": Example(switched, {"status": "Deactivated"}),
            "sms": Example(texted, {"message": "Rehearsal: please report."}),
            "rateplan": Example(moved, {"ratePlan": plan}),
        }

    def _activated(self, state: sandbox.State) -> Iterator[Sim]:
        sims = (state.sim(make_iccid(number)) for number in self.numbers)
        return (sim for sim in sims if sim and sim.status == ACTIVATED and sim.suspended == "N" and not sim.offline)

    def _another_plan(self, state: sandbox.State, iccid: str) -> str:
        sim = state.sim(iccid)
        return next(plan.name for plan in make_plans(self.account.account_id) if sim and plan.name != sim.rate_plan)


EAST = Rehearsal(
    account=EAST_ADMIN,
    stranger=WEST_ADMIN,
    numbers=(*range(1, EAST_SIMS + 1), *range(FIRST_SAMPLE_SIM, FIRST_SAMPLE_SIM + SAMPLE_SIMS)),
    name="Control Center sandbox",
    unknown=True,
)
WEST = Rehearsal(
    account=WEST_ADMIN,
    stranger=EAST_ADMIN,
    numbers=range(FIRST_WEST_SIM, FIRST_WEST_SIM + WEST_SIMS),
    name="Control Center sandbox, west",
)


def seed(state_dir: Path) -> None:
    """The sandbox's default world, with enough SIMs in one account for the sample organization."""
    state = sandbox.State(state_dir)
    sandbox.seed_default(state)
    plans = make_plans(EAST_ADMIN.account_id)
    sims, usage = make_fleet(EAST_ADMIN, plans, SAMPLE_SIMS, state.now(), FIRST_SAMPLE_SIM)
    state.seed(sims=sims, usage=usage)
    state.close()


class Control(StateControl):
    """For `Sandbox.control`."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__(sandbox.State(state_dir))
        self._state_dir = state_dir

    def reset(self) -> None:
        self.state.seed(replace=True)
        seed(self._state_dir)
