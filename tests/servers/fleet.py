"""The world of the tests with several processes: carrier accounts, their SIMs, and who has which of them.

The first account is used by both organizations: their calls must share its lane.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extensions.controlcenter.sandbox import Account, Sim, State
from extensions.controlcenter.sandbox.generators import make_iccid, make_key, make_plans
from extensions.controlcenter.sandbox.model import ACTIVATED

ORGANIZATIONS = ("aaa001", "bbb002")
PASSWORD = "harbour lights 27"
TYPE_ID = "pump"
ACCOUNTS = 8
SIMS_OF_ACCOUNT = 8
LATENCY_MS = 100
CALLS_PER_SECOND = 5
OLD_STATE, NEW_STATE = "Activated", "Deactivated"
NEW_PLAN, OTHER_PLAN = "Global 500MB", "Voice and SMS 100"


@dataclass(frozen=True)
class Line:
    """A SIM, the account that it is in, and the device of an organization that has it."""

    number: int

    @property
    def account(self) -> int:
        return self.number % ACCOUNTS

    @property
    def organization(self) -> str:
        shared = self.account == 0
        second = self.number // ACCOUNTS % 2 if shared else self.account % 2
        return ORGANIZATIONS[second]

    @property
    def iccid(self) -> str:
        return make_iccid(7001 + self.number)

    @property
    def device_id(self) -> str:
        return f"pump-{self.number}"

    @property
    def panel(self) -> str:
        return f"/{self.organization}/devices/{TYPE_ID}/{self.device_id}/extensions/jasper/"


LINES = tuple(Line(number) for number in range(ACCOUNTS * SIMS_OF_ACCOUNT))


def account(number: int) -> Account:
    name = f"carrier-{number}"
    keys = [make_key(f"{name} {what}") for what in ("password", "api", "licence")]
    return Account(name, *keys, account_id=f"30002{number:04}")


def email(organization: str) -> str:
    return f"operator@{organization}.example"


def accounts_of(organization: str) -> list[int]:
    return sorted({line.account for line in LINES if line.organization == organization})


def make_world(folder: Path) -> None:
    """The sandbox's state, before it is started. What is asked comes into force at once."""
    state = State(folder)
    accounts = [account(number) for number in range(ACCOUNTS)]
    plans = [plan for each in accounts for plan in make_plans(each.account_id)]
    state.seed(accounts=accounts, plans=plans, sims=list(_sims(accounts)))
    state.change_settings(latency_ms=LATENCY_MS, sms_delay_s=0, rate_limit=CALLS_PER_SECOND)
    state.close()


def _sims(accounts: list[Account]) -> Iterator[Sim]:
    for line in LINES:
        owner = accounts[line.account]
        yield Sim(line.iccid, ACTIVATED, make_plans(owner.account_id)[0].name, owner.account_id)
