"""An Orange sandbox with a small world, a clock that stands still, and clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from orange_sandbox_client import Malima

from extensions.orange.sandbox import Account, RunningSandbox, Sim, running

NOW = datetime(2017, 3, 15, 10, 0, 0, tzinfo=UTC)
CHANGED = datetime(2017, 2, 1, 8, 30, tzinfo=UTC)
REFRESHED = datetime(2017, 3, 15, 3, 10, tzinfo=UTC)
ACTIVE, SLEEPING, SUSPENDED, FRESH, ENDED, FOREIGN = (
    *("9900000000010", "9900000000028", "9900000000036", "9900000000044", "9900000000051", "9900000050015"),
)
ACCOUNTS = (
    Account("manager", "pw-m", "CEN-A"),
    Account("reader", "pw-r", "CEN-A", may_change=False),
    Account("left", "pw-l", "CEN-A", known=False),
    Account("other", "pw-o", "CEN-B"),
)


def _sim(ssn: str, status: str, place: int, customer_id: str = "CEN-A", **more: object) -> Sim:
    puks = {"puk1": f"1111000{place}", "puk2": f"2222000{place}"}
    numbers = {"iccid": f"89330100000000000{place:03d}", "subscription": f"SUB-000{place}"}
    known = {"ssn": ssn, "customer_id": customer_id, "status": status, "changed_at": CHANGED, "refreshed_at": REFRESHED}
    return Sim(**(known | puks | numbers | more))


SIMS = (
    _sim(
        *(ACTIVE, "ACTIVATED", 1),
        iccid="89330199000000000120",
        imsi="208010000000001",
        msisdn_data="33700000001",
        msisdn_voice="33601000001",
        msisdn_fax="33899000001",
        imei="359118030000019",
        device_serial="DEV-1",
        device_id="meter-1",
        machine_serial="MACHINE-1",
        hierarchy="CEN-A/FLEET-1",
        supervision=True,
        latitude=48.85,
        longitude=2.35,
        located_at=CHANGED,
        accuracy_m=300,
        status_reason="CUSTOMER_REQUEST",
    ),
    _sim(SLEEPING, "SLEEPING", 2, supervision=True, imei_alert=True, changed_at=datetime(2017, 3, 1, tzinfo=UTC)),
    _sim(SUSPENDED, "SUSPENDED", 3, supervision=False, suspension_reason="NON_PAYMENT"),
    _sim(FRESH, "PRE_ACTIVATED", 4),
    _sim(ENDED, "CANCELLED", 5),
    _sim(FOREIGN, "ACTIVATED", 6, "CEN-B"),
)


@dataclass
class Controls:
    """The sandbox's own surface."""

    url: str

    def call(self, method: str, path: str, body: object = None) -> requests.Response:
        return requests.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=20)

    def post(self, path: str, /, **body: object) -> requests.Response:
        return self.call("POST", path, body)

    def fault(self, kind: str, **more: object) -> None:
        assert self.post("faults", kind=kind, **more).status_code == 201


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    with running(tmp_path / "state", clock=lambda: NOW) as sandbox:
        sandbox.state.seed(ACCOUNTS, SIMS)
        sandbox.state.change_settings(rate_limit=0)
        yield sandbox


@pytest.fixture
def as_login(sandbox: RunningSandbox) -> Callable[[str], Malima]:
    return lambda login: Malima(sandbox.url, login, f"pw-{login[0]}")


@pytest.fixture
def malima(as_login: Callable[[str], Malima]) -> Malima:
    return as_login("manager")


@pytest.fixture
def controls(sandbox: RunningSandbox) -> Controls:
    return Controls(sandbox.url)
