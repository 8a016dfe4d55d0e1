"""A sandbox with a small world, a clock that tests move, and a plain client: requests, literal paths and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import requests
from sandbox_soap_client import SoapCarrier, Zeep

from extensions.controlcenter.sandbox import (
    Account,
    CycleUsage,
    RatePlan,
    Role,
    RunningSandbox,
    Sim,
    running,
)

NOW = datetime(2017, 3, 15, 10, 0, 0, tzinfo=UTC)
LONG_AGO = datetime(2017, 1, 5, 9, 12, 44, 120_000, tzinfo=UTC)
EAST = {"account_id": "100020001", "zone": "Asia/Singapore", "cycle_day": 27}
WEST = {"account_id": "100020002", "zone": "America/New_York", "cycle_day": 1, "role": Role.ADMINISTRATOR}
ACCOUNTS = (
    Account("editor", "pw-e", "key-editor", "licence", customers=("Harbour",), **EAST),
    Account("reader", "pw-r", "key-reader", "licence", role=Role.READ_ONLY, **EAST),
    Account("admin", "pw-a", "key-admin", "licence", role=Role.ADMINISTRATOR, **EAST),
    Account("west", "pw-w", "key-west", "licence-w", location_enabled=True, custom_groups=("account",), **WEST),
)
ACTIVE = "8988200000000000014"
USED = "8988200000000000022"
INVENTORY = "8988200000000000030"
SUSPENDED = "8988200000000000048"
DEACTIVATED = "8988200000000000055"
FOREIGN = "8988200000000050019"


def _sim(iccid: str, status: str = "ACTIVATED", **more: object) -> Sim:
    more = {"account_id": "100020001", "date_added": LONG_AGO, "date_updated": LONG_AGO, **more}
    return Sim(iccid, status, "EU 5MB", **more)


SIMS = (
    _sim(ACTIVE, imsi="901161700000001", msisdn="882350000000001", date_activated=LONG_AGO, device_id="pump-17"),
    _sim(USED, date_activated=LONG_AGO, ip_address="null"),
    _sim(INVENTORY, "INVENTORY"),
    _sim(SUSPENDED, suspended="Y", date_activated=LONG_AGO),
    _sim(DEACTIVATED, "DEACTIVATED", date_activated=LONG_AGO),
    _sim(FOREIGN, account_id="100020002", date_activated=LONG_AGO, latitude=52.5, longitude=13.4, located_at=LONG_AGO),
)
PLANS = (
    RatePlan("EU 5MB", "100020001"),
    RatePlan("Fleet, roaming 1GB", "100020001", zones=("Zone 1", "Zone 2")),
    RatePlan("EU 5MB", "100020002"),
)
USAGE = (
    CycleUsage(USED, date(2017, 2, 27), 106430464, 5, 4, rate_plan="EU 5MB", sessions=7),
    CycleUsage(
        USED, date(2017, 2, 27), 1000, None, 2, 30, 60, "Fleet, roaming 1GB", "1", "Zone 2", 1, units_given=False
    ),
    CycleUsage(USED, date(2017, 1, 27), 5_000_000, rate_plan="EU 5MB"),
    CycleUsage(USED, date(2016, 11, 27), 7_000_000, rate_plan="EU 5MB"),
    CycleUsage(FOREIGN, date(2017, 3, 1), 12, rate_plan="EU 5MB"),
)


@dataclass
class Carrier:
    """The REST API as one user sees it."""

    url: str
    auth: tuple[str, str]

    def call(self, method: str, path: str, **options: object) -> requests.Response:
        options = {"auth": self.auth, **options}
        timeout = options.pop("timeout", 20)
        return requests.request(method, f"{self.url}/rws/api/v1{path}", timeout=timeout, **options)

    def get(self, path: str, **options: object) -> requests.Response:
        return self.call("GET", path, **options)

    def edit(self, iccid: str, /, **changes: object) -> requests.Response:
        return self.call("PUT", f"/devices/{iccid}", json=changes)

    def device(self, iccid: str) -> dict[str, object]:
        return self.get(f"/devices/{iccid}").json()

    def send(self, iccid: str, /, **message: object) -> requests.Response:
        return self.call("POST", f"/devices/{iccid}/smsMessages", json=message)


@dataclass
class Controls:
    """The sandbox's own surface."""

    url: str

    def call(self, method: str, path: str, body: object = None) -> requests.Response:
        return requests.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=20)

    def post(self, path: str, /, **body: object) -> requests.Response:
        return self.call("POST", path, body)

    def fault(self, kind: str, **more: object) -> requests.Response:
        reply = self.post("faults", kind=kind, **more)
        assert reply.status_code == 201
        return reply


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    with running(tmp_path / "state", clock=lambda: NOW) as sandbox:
        sandbox.state.seed(ACCOUNTS, SIMS, USAGE, PLANS)
        sandbox.state.change_settings(rate_limit=0)
        yield sandbox


@pytest.fixture
def as_user(sandbox: RunningSandbox) -> Callable[..., Carrier]:
    return lambda name, key="": Carrier(sandbox.url, (name, key or f"key-{name}"))


@pytest.fixture
def carrier(as_user: Callable[..., Carrier]) -> Carrier:
    return as_user("editor")


@pytest.fixture
def soap_user(sandbox: RunningSandbox) -> Callable[[str], SoapCarrier]:
    licences = {account.username: account.licence_key for account in ACCOUNTS}
    return lambda name: SoapCarrier(sandbox.url, name, f"pw-{name[0]}", licences[name])


@pytest.fixture
def soap(soap_user: Callable[[str], SoapCarrier]) -> SoapCarrier:
    return soap_user("editor")


@pytest.fixture
def zeep(sandbox: RunningSandbox) -> Zeep:
    return Zeep(sandbox.url, "editor", "pw-e")


@pytest.fixture
def controls(sandbox: RunningSandbox) -> Controls:
    return Controls(sandbox.url)


@pytest.fixture
def error_of() -> Callable[[requests.Response], tuple[int, str]]:
    """HTTP status and errorCode of a refusal."""

    def read(reply: requests.Response) -> tuple[int, str]:
        code = reply.json()["errorCode"]
        assert isinstance(code, str)
        return reply.status_code, code

    return read
