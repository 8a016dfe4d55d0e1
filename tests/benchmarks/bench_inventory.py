"""The first inventory of a large account: how fast, by how many calls, in how much memory.

The carrier is a stand-in that answers from memory in the shapes of its specification, and takes its time. In simulated
time waiting is not waited for: the clock jumps by what the carrier takes and by what the pace asks for, and our own
work takes the processor's time that it really needs, so that what else this machine does is not counted. Providers,
lanes, database and storing are the product's.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

import pytest
from django.utils import timezone
from requests import PreparedRequest, Response

from extensions.core import lanes, registry, tasks
from extensions.core.lanes import running
from extensions.core.models import ExtensionConfig, Lane
from extensions.core.services import configurations, connection_checks
from extensions.sims.models import Sim, Synchronisation
from extensions.sims.sync import sources
from iotdash.audit.services import Source
from iotdash.lib.outbound import GuardedSession
from iotdash.organizations.models import Organization
from tests.benchmarks.table import Row

PAGE, PER_SECOND = 50, 5
CHANGED = datetime(2026, 1, 1, tzinfo=UTC)
AIM = "rate ≥ 0.95 of what the carrier allows, calls = SIMs / 50"


def measure(quick: bool) -> Iterator[Row]:
    sims = 5_000 if quick else 100_000
    for latency in (0.05, 0.4):
        yield _inventory(sims, latency, simulated=True)
    yield _inventory(500 if quick else 5_000, 0.05, simulated=False)


class Clock:
    """Real time, or the processor's and ahead of it by what was not waited for."""

    def __init__(self, *, simulated: bool) -> None:
        self.simulated, self.ahead, self.began = simulated, 0.0, datetime.now(UTC)
        self._read = time.process_time if simulated else time.perf_counter
        self._first = self._read()

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return self._read() - self._first + self.ahead

    def wait(self, seconds: float) -> None:
        if self.simulated:
            self.ahead += seconds
        else:
            time.sleep(seconds)


@dataclass
class Carrier:
    """Control Center REST with so many SIMs in one account."""

    sims: int
    latency: float
    clock: Clock
    calls: int = 0

    def answer(self, request: PreparedRequest) -> Response:
        self.calls += 1
        self.clock.wait(self.latency)
        path, _, query = request.url.partition("?")
        if "/echo/" in path:
            return _json({"context": path.rpartition("/")[2]})
        number = int(dict(part.split("=") for part in query.split("&"))["pageNumber"])
        first, last = (number - 1) * PAGE, min(number * PAGE, self.sims)
        return _json(
            {
                "pageNumber": number,
                "devices": [_sim(index) for index in range(first, last)],
                "lastPage": last == self.sims,
            }
        )


def _sim(index: int) -> dict[str, str]:
    state = "ACTIVATED" if index % 7 else "DEACTIVATED"
    plan = ("EU 5MB", "EU 50MB", "Global 500MB")[index % 3]
    return {
        "iccid": f"8988200{index:012}",
        "status": state,
        "ratePlan": plan,
        "communicationPlan": "Data LTE SMS MT/MO",
    }


def _json(body: dict) -> Response:
    response = Response()
    response.status_code, response._content = 200, json.dumps(body).encode()
    response.headers["Date"] = timezone.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
    return response


def _inventory(sims: int, latency: float, *, simulated: bool) -> Row:
    carrier = Carrier(sims, latency, Clock(simulated=simulated))
    with _in(carrier), _configured(f"bench{latency}{simulated}") as config:
        before, calls, began = _memory(), carrier.calls, carrier.clock.monotonic()
        peak = _run(config, carrier)
        seconds = carrier.clock.monotonic() - began
        pages = carrier.calls - calls
        assert Sim.objects.filter(config=config).count() == sims
    return _row(sims, latency, seconds, pages, peak - before, simulated=simulated)


def _row(sims: int, latency: float, seconds: float, pages: int, grown: int, *, simulated: bool) -> Row:
    allowed = min(PER_SECOND, 1 / latency)
    share, ratio = pages / seconds / allowed, pages / ceil(sims / PAGE)
    where = "simulated time" if simulated else "real time"
    values = {
        "seconds": round(seconds, 1),
        "calls/s": round(pages / seconds, 2),
        "of allowed": round(share, 3),
        "calls": pages,
        "calls over needed": round(ratio, 4),
        "memory grown MB": round(grown / 2**20, 1),
    }
    name = f"first inventory of {sims:,} SIMs at {latency * 1000:.0f} ms ({where})"
    return Row(name, values, AIM, share >= 0.95 and ratio <= 1.0)


@contextmanager
def _in(carrier: Carrier) -> Iterator[None]:
    """The product's calls go to the carrier, its clock is the carrier's; a message arrives when it is due."""
    clock = carrier.clock
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GuardedSession, "_exchange", lambda session, request, kwargs: _sent(session, carrier, request))
        patch.setattr(timezone, "now", clock.now)
        patch.setattr(running, "monotonic", clock.monotonic)
        patch.setattr(lanes.turn, "pause", clock.wait)
        patch.setattr(tasks.run_lane, "apply_async", lambda args, countdown=None, **more: clock.wait(countdown or 0))
        patch.setattr(sources.usage, "next", lambda lane_id, now: None)
        yield


def _sent(session: GuardedSession, carrier: Carrier, request: PreparedRequest) -> Response:
    session._call.sent = True
    return carrier.answer(request)


@contextmanager
def _configured(name: str) -> Iterator[ExtensionConfig]:
    """A proved account of the first extension that lists SIMs over REST."""
    organization = Organization.objects.create(public_id=name[-6:].lower().replace(".", "0"), name=name)
    manifest = next(m for m in registry.manifests().values() if "inventory" in getattr(m.provider, "supports", ()))
    settings = dict(manifest.sandbox().settings("http://127.0.0.1:9"))
    source = Source(actor="bench", organization=organization.public_id)
    check = connection_checks.ask(organization, manifest, settings, source)
    lanes.run(check.lane_id)
    yield configurations.add(organization, manifest, name, settings, source)
    organization.delete()
    # A lane that is left over would be waited for by the next.
    Lane.objects.all().delete()


def _run(config: ExtensionConfig, carrier: Carrier) -> int:
    """Runs the lane as a worker would, until the inventory is through. The most memory that was used meanwhile."""
    peak = _memory()
    while not Synchronisation.objects.filter(config=config, running="", inventory_at__isnull=False).exists():
        lanes.run(config.lane_id)
        peak = max(peak, _memory())
    return peak


def _memory() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096
