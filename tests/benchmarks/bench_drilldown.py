"""A device's page with every part that it loads by itself: queries, time, and calls to anybody, which must be none."""

import sys
from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone

from devices.addresses import device_url
from devices.models import Device
from extensions.core.models import Operation, State
from extensions.core.registry import manifests
from extensions.sims import operations
from extensions.sims.models import CarrierPlans, Sim, UsageCycle
from tests.benchmarks import fragments, worlds
from tests.benchmarks.asking import Application, counted, percentile, timed
from tests.benchmarks.table import Row
from tests.benchmarks.worlds import World

SIZE, QUICK_SIZE = 20_000, 200
ROUNDS, QUICK_ROUNDS = 100, 10
MOST_QUERIES = 15

_connections: list[str] = []


def measure(quick: bool) -> Iterable[Row]:
    (world,) = worlds.make([QUICK_SIZE if quick else SIZE])
    application = Application()

    def get(url: str, **headers: str) -> str:
        return application.get(url, world.session, **headers)

    with world.entered():
        url = _device_with_history(world)
        yield from _rows(lambda: fragments.load(get, url), lambda: [get(url)], QUICK_ROUNDS if quick else ROUNDS)


def _rows(whole, page, rounds: int) -> Iterable[Row]:
    # Whatever connects to anywhere from Python says so here; database drivers do it in C.
    sys.addaudithook(lambda event, args: _connections.append(event) if event == "socket.connect" else None)
    for name, load in (("page alone", page), ("page with every part", whole)):
        load()
        taken = [timed(load) for _ in range(rounds)]
        del _connections[:]
        with counted() as asked:
            texts = load()
        values = {
            "parts": len(texts) - 1,
            "queries": len(asked),
            "p50 ms": round(percentile(taken, 0.5), 1),
            "p95 ms": round(percentile(taken, 0.95), 1),
            "calls": len(_connections),
        }
        met = len(asked) <= MOST_QUERIES and not _connections
        yield Row(name, values, f"at most {MOST_QUERIES} queries, no call", met)


def _device_with_history(world: World) -> str:
    """A device whose SIM was read, used, listed and operated for a year. The address of its drilldown."""
    sim = Sim.objects.filter(device__isnull=False).select_related("config", "device").order_by("pk").first()
    CarrierPlans.objects.create(config=sim.config, names=["Fleet 5 MB", "Fleet 50 MB"], listed_at=timezone.now())
    UsageCycle.objects.bulk_create(
        UsageCycle(sim=sim, cycle_start=date(2025, month, 1), total_data_bytes=month * 10**6, fetched_at=timezone.now())
        for month in range(1, 13)
    )
    Operation.objects.bulk_create(_operation(sim, number) for number in range(40))
    return device_url(Device.objects.select_related("organization", "device_type").get(pk=sim.device_id))


def _operation(sim: Sim, number: int) -> Operation:
    at = timezone.now() - timedelta(days=number)
    specs = operations.of(manifests()[sim.config.slug].provider, {})
    spec = specs[number % len(specs)]
    return Operation(
        organization_id=sim.organization_id,
        config=sim.config,
        device=sim.device,
        device_id_copy=sim.device.device_id,
        subject=sim.subject,
        operation_id=spec.id,
        kind=spec.kind,
        state=State.CONFIRMED,
        asked_by="owner@example.com",
        asked_at=at,
        settled_at=at,
    )
