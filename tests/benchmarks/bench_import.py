"""Importing devices from tables: the dry run, the job, and the export, with the memory that each takes.

Memory is what Python held more at the most than before. It has to be the same for four times the rows but for what
is remembered of each: which devices and identifiers the rows before it named.
"""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import pytest
from django.http import QueryDict

from devices.importing import checking, services
from devices.importing.jobs import TOGETHER_AT_MOST
from devices.listing.exporting import exported
from devices.models import Device, DeviceImport, DeviceType
from extensions.core import registry
from extensions.core.services import configurations
from iotdash.accounts.models import User
from iotdash.audit.services import Source
from iotdash.lib import downloads
from iotdash.lib.spreadsheets import as_xlsx
from iotdash.lib.tables import as_csv
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Role
from iotdash.runtime.jobs import messages, running
from iotdash.runtime.models import Job
from tests.benchmarks.table import Row

SECONDS, GROWTH = 20, 2.0
HEADINGS = (
    *("Device type", "Device ID", "Serial number", "Manufacturer", "Model", "Firmware version", "Metadata"),
    *("Latitude", "Longitude", "Descriptive location"),
)
DEVICES, CONFIGURATION = DeviceImport.What.DEVICES, DeviceImport.What.CONFIGURATION


Given = tuple[Organization, Source]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Took:
    seconds: float
    megabytes: float


def measure(quick: bool) -> Iterator[Row]:
    few, many = (500, 2_000) if quick else (2_500, 10_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "_send", lambda job_id, at: None)
        given = _organization()
        for form in downloads.FORMATS:
            yield from _dry_runs(*given, form, few, many)
        for prefix, together in (("r", False), ("t", True)):
            raw = _file(downloads.CSV, HEADINGS, _devices(many, prefix))
            yield _job(given, DEVICES, raw, together=together)
        yield from _configuration(given, few, many)
        yield from _exports(given[0])


def _organization() -> Given:
    organization = Organization.objects.create(public_id="bench1", name="Bench")
    user = User.objects.create_user(email="owner@example.com", password="correct horse battery")
    Membership.objects.create(organization=organization, user=user, role=Role.ADMINISTRATOR)
    DeviceType.objects.create(organization=organization, type_id="pump")
    return organization, Source(user.email, organization.public_id)


def _devices(count: int, prefix: str) -> list[list[Any]]:
    return [
        [
            *("pump", f"{prefix}{n:06}", f"00{n:010}", "Acme", "W1", "1.2.3"),
            *(f'{{"site": {n % 9}}}', 51 + n / count, 7, "North"),
        ]
        for n in range(count)
    ]


def _file(form: str, headings: Any, rows: list[list[Any]]) -> bytes:
    if form == downloads.XLSX:
        return b"".join(as_xlsx(headings, rows, "Devices"))
    return "".join(as_csv(headings, rows)).encode()


def _dry_runs(organization: Organization, source: Source, form: str, few: int, many: int) -> Iterator[Row]:
    """Every fourth row has two problems."""
    took = {}
    for count in (few, many):
        rows = _devices(count, "d")
        for row in rows[::4]:
            row[0], row[7] = "valve", "north"
        found, took[count] = _dry_run(organization, source, DEVICES, _file(form, HEADINGS, rows))
        assert found.found["failing"] == count // 4
    yield from _growing(f"dry run, devices, {form.upper()}", took)


def _dry_run(organization: Organization, source: Source, what: str, raw: bytes) -> tuple[DeviceImport, Took]:
    """As whoever uploads the file waits for it; memory is taken of a second one, because counting it takes time."""
    found, seconds = _timed(lambda: services.keep(source, organization, what, "bench", raw, update=False))
    return found, Took(seconds, _megabytes(lambda: checking.check(found)))


def _growing(name: str, took: dict[int, Took]) -> Iterator[Row]:
    (few, first), (many, last) = took.items()
    values = {
        "rows": many,
        "seconds": round(last.seconds, 1),
        "rows/s": round(many / last.seconds),
        "memory MB": round(last.megabytes, 1),
        f"memory over {few:,} rows": round(last.megabytes / first.megabytes, 2),
    }
    met = last.seconds < SECONDS and last.megabytes / first.megabytes < GROWTH
    yield Row(name, values, f"10,000 rows in under {SECONDS} s, memory under {GROWTH} times", met)


def _job(given: Given, what: str, raw: bytes, *, together: bool) -> Row:
    organization, source = given
    found = services.keep(source, organization, what, "bench", raw, update=False)
    job, accepted = _timed(lambda: services.confirm(source, found, str(found.check_id), together=together))
    _, seconds = _timed(lambda: _run(job))
    assert job.items.filter(state="done").count() == job.total
    values = {"rows": job.total, "seconds": round(seconds, 1), "rows/s": round(job.total / seconds)}
    mode = "all or nothing" if together else "row by row"
    return Row(f"job, {what}, {mode}", {**values, "accepted in s": round(accepted, 1)})


def _run(job: Job) -> None:
    while not Job.objects.get(pk=job.pk).ended:
        running.run(job.pk)


def _configuration(given: Given, few: int, many: int) -> Iterator[Row]:
    """For devices that the jobs above made, of the first extension that lists SIMs."""
    organization, source = given
    manifest = next(m for m in registry.manifests().values() if "inventory" in getattr(m.provider, "supports", ()))
    settings = dict(manifest.sandbox().settings("http://127.0.0.1:9"))
    configurations.add(organization, manifest, "Main", settings, source)
    headings = ["Device type", "Device ID", f"{manifest.device_key}.{manifest.subject_field}"]
    tables = {count: _file(downloads.CSV, headings, _numbers(count, "r")) for count in (few, many)}
    took = {count: _dry_run(organization, source, CONFIGURATION, raw)[1] for count, raw in tables.items()}
    yield from _growing("dry run, configuration, CSV", took)
    some = TOGETHER_AT_MOST[CONFIGURATION]
    for prefix, first, together in (("r", 0, False), ("t", 10**6, True)):
        raw = _file(downloads.CSV, headings, _numbers(some, prefix, first))
        yield _job(given, CONFIGURATION, raw, together=together)


def _numbers(count: int, prefix: str, first: int = 0) -> list[list[Any]]:
    return [["pump", f"{prefix}{n:06}", f"8988201{first + n + 1:012}"] for n in range(count)]


def _exports(organization: Organization) -> Iterator[Row]:
    """Of all devices, and of those whose IDs begin with one letter, which are half of them."""
    count = Device.objects.count()
    for form in downloads.FORMATS:
        half, whole = (partial(_export, organization, form, query) for query in ("q=r", ""))
        _, seconds = _timed(whole)
        few, many = _megabytes(half), _megabytes(whole)
        values = {"rows": count, "seconds": round(seconds, 1), "rows/s": round(count / seconds)}
        values |= {"memory MB": round(many, 1), "memory over half the rows": round(many / few, 2)}
        yield Row(f"export, {form.upper()}", values, "memory under 1.3 times", many / few < 1.3)


def _export(organization: Organization, form: str, query: str) -> None:
    for _ in downloads.table("devices", form, *exported(organization, QueryDict(query))):
        pass


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _megabytes(work: Callable[[], Any]) -> float:
    """What Python held more at the most while it was done."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
