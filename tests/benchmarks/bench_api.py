"""The REST API asked with an API key, through gunicorn with one process: requests in a second, and their times.

Beside each request a bare view of the same server that answers the same bytes through the same middleware. For some
also views that do one thing more each (+ key, + rows, + JSON): what is left to ours is making the answer of the rows,
and all that an API is beside that. And a plain view, which reads and answers the same for whoever asks: `api_server`.
All take turns over the same connections, so that whatever else the machine does burdens all alike; a share is the
middle one of all rounds. The client takes its part of the machine too, so the processor's time of the server is shown.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from iotdash.accounts.models import User
from iotdash.audit.services import Source
from iotdash.organizations.keys import services as keys
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Role
from tests.benchmarks import fleet
from tests.benchmarks.api_process import Server, serving
from tests.benchmarks.asking import percentile, timed
from tests.benchmarks.http_load import Connection, Round, ask_all, request
from tests.benchmarks.table import Row

ROOT = "/api/v0002"
SIZE, QUICK_SIZE = 100_000, 2_000
CONNECTIONS = 4
# Rounds, and requests of each connection in a round.
FULL, QUICK = (10, 50), (3, 25)
SHARE = 0.5
AIM = f"at least {SHARE} of bare"
OURS, BARE, PLAIN = "ours", "bare", "plain"
# Heading → name of the view.
LAYERS = {"+ key": "key", "+ rows": "rows", "+ JSON": "json_made"}


@dataclass(frozen=True)
class Case:
    """`body` makes that of the next request, b"" for a read; writes are shown and not judged.

    `taken_apart`: whether there are layers and a plain view of it.
    """

    name: str
    path: str
    body: Callable[[], bytes] = bytes
    taken_apart: bool = False

    @property
    def reads(self) -> bool:
        return self.body is bytes


def measure(quick: bool) -> Iterable[Row]:
    organization = Organization.objects.create(public_id="bench1", name="Bench")
    authorization = _authorization(organization)
    fleet.seed(organization, QUICK_SIZE if quick else SIZE)
    yield from _counts(organization, quick)
    with TemporaryDirectory() as folder, serving(Path(folder)) as server:
        bench = Bench(server, authorization, *(QUICK if quick else FULL))
        for number, case in enumerate(bench.cases(organization)):
            yield _row(case, bench.rounds_of(case, Path(folder) / str(number)), quick)


def _authorization(organization: Organization) -> str:
    user = User.objects.create_user(email="owner@example.com", password="correct horse battery")
    maker = Membership.objects.create(organization=organization, user=user, role=Role.ADMINISTRATOR)
    made = keys.make(Source(user.email, organization.public_id), maker, "bench", Role.ADMINISTRATOR)
    return f"Basic {base64.b64encode(f'{made.key.public_id}:{made.token}'.encode()).decode()}"


class Bench:
    def __init__(self, server: Server, authorization: str, rounds: int, each: int) -> None:
        self.server, self.authorization, self.rounds, self.each = server, authorization, rounds, each
        self.connections = [Connection(server.port) for _ in range(CONNECTIONS)]

    def cases(self, organization: Organization) -> Iterator[Case]:
        device = organization.devices.order_by("pk")[organization.devices.count() // 2]
        devices = f"/device/types/{device.type_name}/devices"
        first = f"{devices}?_limit=100&_sort=deviceId"
        bookmark = json.loads(self._answer(Case("", first)))["bookmark"]
        numbers = count()
        yield Case("device", f"{devices}/{device.device_id}", taken_apart=True)
        yield Case("100 devices of a type, with total_rows counted", first, taken_apart=True)
        yield Case("100 devices of a type, a page after it", f"{first}&_bookmark={bookmark}")
        yield Case("100 devices of all types, with total_rows counted", "/bulk/devices?_limit=100")
        yield Case("last events of a device (there are none yet)", f"{devices}/{device.device_id}/events")
        yield Case("create a device", devices, lambda: json.dumps({"deviceId": f"new-{next(numbers)}"}).encode())

    def rounds_of(self, case: Case, body: Path) -> dict[str, list[Round]]:
        """After one round that warms up."""
        body.write_bytes(self._answer(case))
        asked = self._asked(case, body.name)
        if PLAIN in asked:
            same = json.loads(self._answer(asked[PLAIN])) == json.loads(body.read_bytes())
            assert same, "The plain view answers something else."
        turns = [{name: self._round(each) for name, each in asked.items()} for _ in range(self.rounds + 1)]
        return {name: [turn[name] for turn in turns[1:]] for name in asked}

    def _asked(self, case: Case, body: str) -> dict[str, Case]:
        paths = {BARE: f"/bare/{body}"}
        if case.taken_apart:
            paths |= {layer: f"/{view}/{body}{case.path}" for layer, view in LAYERS.items()}
            paths[PLAIN] = f"/plain{case.path}"
        return {OURS: case} | {name: Case(case.name, path, case.body) for name, path in paths.items()}

    def _round(self, case: Case) -> Round:
        prepared = [[self._request(case) for _ in range(self.each)] for _ in self.connections]
        before = self.server.processor_seconds()
        seconds, times = ask_all(self.connections, prepared)
        return Round(seconds, times, self.server.processor_seconds() - before)

    def _answer(self, case: Case) -> bytes:
        return self.connections[0].ask(self._request(case))

    def _request(self, case: Case) -> bytes:
        body = case.body()
        return request("POST" if body else "GET", f"{ROOT}{case.path}", self.authorization, body)


def _counts(organization: Organization, quick: bool) -> Iterator[Row]:
    """What `total_rows` costs, once for each walk through a list: by an index, and without one."""
    for name, conditions in {
        "of all types": {},
        "of a type": {"type_name": "meter"},
        "by a field without an index": {"hw_version": "A"},
    }.items():
        rows = organization.devices.filter(**conditions)
        times = [timed(rows.count) for _ in range(QUICK[0] if quick else FULL[0])]
        yield Row(f"total_rows, {rows.count():,} devices {name}", {"p95 ms, ours": round(percentile(times, 0.95), 2)})


def _row(case: Case, rounds: dict[str, list[Round]], quick: bool) -> Row:
    share = _share(rounds, OURS, BARE)
    whole = [name for name in (OURS, BARE, PLAIN) if name in rounds]
    # Were answers made of rows for nothing, and by nothing.
    best = {"of bare, at best": round(_share(rounds, [*LAYERS][-1], BARE), 2)} if case.taken_apart else {}
    values = {
        **{f"requests/s, {name}": round(median(each.per_second for each in rounds[name])) for name in whole},
        **{f"p95 ms, {name}": round(_p95(rounds[name]), 2) for name in whole},
        **{f"server ms, {name}": _server_ms(rounds[name]) for name in (BARE, *LAYERS, OURS, PLAIN) if name in rounds},
        **{f"of {name}": round(_share(rounds, OURS, name), 2) for name in whole[1:]},
        **best,
    }
    judged = case.reads and not quick
    return Row(case.name, values, AIM if judged else "", share >= SHARE if judged else None)


def _server_ms(rounds: Sequence[Round]) -> float:
    return round(median(each.processor_ms for each in rounds), 2)


def _share(rounds: dict[str, list[Round]], one: str, other: str) -> float:
    """Of the requests in a second."""
    return median(mine.per_second / its.per_second for mine, its in zip(rounds[one], rounds[other], strict=True))


def _p95(rounds: Sequence[Round]) -> float:
    return percentile([took for each in rounds for took in each.times], 0.95)
