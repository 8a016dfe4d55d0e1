"""The reconciliation page and its sections, first and deep pages, and a pass that compares SIMs with devices.

Sizes take turns, as in the bench of lists. The pass is told by the thousand devices: it may not grow with the fleet.
"""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from django.db import connection
from django.http import QueryDict

from devices.models import Device
from extensions.sims import queries
from extensions.sims.models import ImeiChange, LinkProposal, Reconciliation, SharedIdentifier, Sim
from extensions.sims.reconciling import comparing, listing
from extensions.sims.reconciling.sections import SECTIONS, Section
from iotdash.lib.lists import page
from tests.benchmarks import plain, worlds
from tests.benchmarks.asking import Application, counted, percentile, timed
from tests.benchmarks.bench_lists import AIM, FULL, GROWTH, OVER_PLAIN, QUICK, QUICK_SIZES
from tests.benchmarks.fleet import BATCH, NOW, ORDINARY
from tests.benchmarks.table import Row
from tests.benchmarks.worlds import World

SIZES = (1_000, 100_000)
PASS_GROWTH = 2
# Of the fleet's devices, in each section that the fleet itself leaves empty.
SHARE = 0.1


def measure(quick: bool) -> Iterable[Row]:
    fleets = worlds.make(QUICK_SIZES if quick else SIZES)
    for row in _rows(fleets, *(QUICK if quick else FULL)):
        yield replace(row, aim="", met=None) if quick else row


def _rows(fleets: list[World], warm_up: int, rounds: int) -> Iterable[Row]:
    yield _passes(fleets)
    for world in fleets:
        with world.entered():
            _plant(world)
    yield _pages(
        "all sections", lambda world: f"/{world.organization.public_id}/sims/reconciliation/", fleets, warm_up, rounds
    )
    for section in SECTIONS:
        for deep in (False, True):
            name = f"{section.slug}, deep" if deep else section.slug
            yield _pages(name, _address(section, deep), fleets, warm_up, rounds)


def _address(section: Section, deep: bool) -> Callable[[World], str]:
    def address(world: World) -> str:
        url = f"/{world.organization.public_id}/sims/reconciliation/{section.slug}/"
        return f"{url}?cursor={_deep_cursor(world, section)}" if deep else url

    return address


def _deep_cursor(world: World, section: Section) -> str:
    """Half way through."""
    configs = list(queries.configurations(world.organization))
    membership = world.organization.memberships.get()
    found = section.find(listing.scope_of(membership, section, configs, QueryDict()))
    cursor = ""
    for _ in range(max(min(found.count.value, 10_000) // 2 // listing.FILE_ROWS, 1)):
        size = min(listing.FILE_ROWS, max(found.count.value // 2, 1))
        cursor = page(found.parts, order_by=found.order_by, then=found.then, cursor=cursor, size=size).next_cursor
    return cursor


def _pages(name: str, address: Callable[[World], str], fleets: list[World], warm_up: int, rounds: int) -> Row:
    product, bare = Application(), Application(MIDDLEWARE=plain.MIDDLEWARE)
    urls: dict[int, str] = {}
    for world in fleets:
        with world.entered():
            urls[world.size] = address(world)
    times: dict[str, list[float]] = {}
    for number in range(warm_up + rounds):
        for world in fleets:
            with world.entered():
                took = {str(world.size): timed(lambda world=world: product.get(urls[world.size], world.session))}
                if world is fleets[-1]:
                    took["plain"] = timed(lambda world=world: bare.get(plain.URL, world.session))
            if number >= warm_up:
                for key, value in took.items():
                    times.setdefault(key, []).append(value)
    with fleets[-1].entered(), counted() as asked:
        product.get(urls[fleets[-1].size], fleets[-1].session)
    return _row(name, times, fleets, len(asked))


def _row(name: str, times: Mapping[str, list[float]], fleets: list[World], asked: int) -> Row:
    small, large = str(fleets[0].size), str(fleets[-1].size)
    growth = percentile(times[large], 0.5) / percentile(times[small], 0.5)
    over_plain = percentile(times[large], 0.95) / percentile(times["plain"], 0.95)
    values = {f"p50 ms, {world.size:,}": round(percentile(times[str(world.size)], 0.5), 1) for world in fleets}
    values |= {"queries": asked, "growth": round(growth, 2), "p95 over plain": round(over_plain, 2)}
    return Row(name, values, AIM, growth <= GROWTH and over_plain <= OVER_PLAIN)


def _passes(fleets: list[World]) -> Row:
    """Of fleets in which one device in ten tells of a SIM that is in no device."""
    values, by_thousand = {}, []
    for world in fleets:
        with world.entered():
            _tell(world)
            Reconciliation.objects.create(organization=world.organization)
            began = time.perf_counter()
            comparing.run(world.organization.pk)
            took = time.perf_counter() - began
            offered = LinkProposal.objects.filter(state="offered").count()
        by_thousand.append(took * 1_000 / world.size)
        values |= {f"seconds, {world.size:,}": round(took, 2), f"offered, {world.size:,}": offered}
    growth = by_thousand[-1] / by_thousand[0]
    values["growth by device"] = round(growth, 2)
    return Row("a pass", values, f"growth by device at most {PASS_GROWTH}", growth <= PASS_GROWTH)


def _tell(world: World) -> None:
    free = Sim.objects.filter(organization=world.organization, device=None).values_list("subject", flat=True)
    devices = Device.objects.filter(organization=world.organization, configured=False).order_by("pk")
    pairs = zip(devices.values_list("pk", flat=True), free, strict=False)
    rows = [Device(pk=pk, metadata={"sim": subject}) for pk, subject in pairs]
    Device.objects.bulk_update(rows, ["metadata"], batch_size=400)


def _plant(world: World) -> None:
    chance, organization = random.Random(world.size), world.organization
    number = int(world.size * SHARE)
    linked = list(Sim.objects.filter(organization=organization, device__isnull=False).order_by("pk"))
    some = chance.sample(linked, number)
    for sim in some:
        sim.unused_days, sim.state = chance.randrange(20, 200), ORDINARY
    Sim.objects.bulk_update(some, ["unused_days", "state"], batch_size=400)
    gone = [sim.pk for sim in chance.sample(linked, number)]
    for start in range(0, len(gone), BATCH):
        Sim.objects.filter(pk__in=gone[start : start + BATCH]).update(missing_since=NOW)
    common = {"key": "key", "seen_in": 1}
    known = set(LinkProposal.objects.values_list("sim", "device"))
    planted = {
        ImeiChange: [ImeiChange(config_id=sim.config_id, sim=sim, before="1", after="2", seen_at=NOW) for sim in some],
        SharedIdentifier: [
            SharedIdentifier(organization=organization, device_id=sim.device_id, number=sim.subject, told="1", **common)
            for sim in some
        ],
        LinkProposal: [_proposal(sim, chance, **common) for sim in some if (sim.pk, sim.device_id) not in known],
    }
    for model, rows in planted.items():
        model.objects.bulk_create(rows, batch_size=BATCH)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _proposal(sim: Sim, chance: random.Random, **common: object) -> LinkProposal:
    return LinkProposal(
        organization_id=sim.organization_id,
        config_id=sim.config_id,
        sim=sim,
        device_id=sim.device_id,
        subject=sim.subject,
        matched=LinkProposal.Matched.ICCID,
        place="metadata sim",
        number=sim.subject,
        state=chance.choice((LinkProposal.State.OFFERED, LinkProposal.State.AMBIGUOUS)),
        **common,
    )
