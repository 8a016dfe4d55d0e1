"""Memory of the embedded installation: everything that `make demo` starts, after an hour's work in less time.

The hour: every sweep of it, sent one after the other; a read and a usage call for many SIMs of the sample data, at the
pace of the lane; and people looking at pages. Shared pages are counted once (PSS); RSS counts them in each process.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from django.conf import settings

from devices.addresses import device_url
from devices.models import Device
from extensions.core.models import Operation
from extensions.sims import background, operations
from extensions.sims.models import Sim
from iotdash.celery import app
from iotdash.demo import seed, state
from iotdash.runtime.models import Heartbeat
from tests.benchmarks.table import Row
from tests.demo import servers

AIM_MB = 250
SWEEPS, QUICK_SWEEPS = 240, 10
SIMS, QUICK_SIMS = 120, 10
PAGES, QUICK_PAGES = 600, 30
PATIENCE_S = 300


@dataclass(frozen=True)
class Process:
    name: str
    pss_mb: float
    rss_mb: float


def measure(quick: bool) -> Iterable[Row]:
    with _demo() as address:
        yield from _rows("at the start", _processes())
        began = time.monotonic()
        done = _work(address, *(QUICK_SWEEPS, QUICK_SIMS, QUICK_PAGES) if quick else (SWEEPS, SIMS, PAGES))
        yield from _rows(f"after {done}, in {time.monotonic() - began:.0f} s", _processes())


def _rows(when: str, processes: Sequence[Process]) -> Iterator[Row]:
    for process in processes:
        yield Row(f"{process.name}, {when}", {"PSS MB": round(process.pss_mb), "RSS MB": round(process.rss_mb)})
    product = [process for process in processes if not process.name.startswith("sandbox")]
    for name, counted in (("without sandboxes", product), ("with sandboxes", processes)):
        pss = sum(process.pss_mb for process in counted)
        values = {"PSS MB": round(pss), "RSS MB": round(sum(process.rss_mb for process in counted))}
        aimed = counted is product
        yield Row(
            f"all, {name}, {when}", values, f"at most {AIM_MB} MB" if aimed else "", pss <= AIM_MB if aimed else None
        )


@contextmanager
def _demo() -> Iterator[str]:
    """`manage.py demo` on this process's own folder, so that its rows are ours to see; yields its address."""
    port = servers.free_port()
    argv = [sys.executable, "manage.py", "demo", "--port", str(port)]
    process = subprocess.Popen(argv, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)
    try:
        _wait(lambda: Heartbeat.objects.filter(name="sweep").exists(), "the demo to start")
        yield f"http://{state.HOST}:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def _work(address: str, sweeps: int, sims: int, pages: int) -> str:
    subjects = list(Sim.objects.select_related("config__organization", "device")[:sims])
    for sim in subjects:
        background.ask_overview(sim)
        background.ask(sim.config, operations.USAGE, sim.subject, sim.device)
    for _ in range(sweeps):
        app.send_task("runtime.sweep")
    _look(address, pages)
    _wait(lambda: not Operation.objects.filter(settled_at=None).exists(), "the operations to settle")
    return f"{sweeps} sweeps, {2 * len(subjects)} calls and {pages} pages"


def _look(address: str, pages: int) -> None:
    """Signed in as the administrator: lists, drilldowns and panels in turn."""
    devices = list(Device.objects.select_related("organization", "device_type")[:50])
    key = next(iter(devices[0].configuration.document))
    with requests.Session() as person:
        _sign_in(person, address)
        for number in range(pages):
            device = devices[number % len(devices)]
            page = (f"/{seed.ORGANIZATION_ID}/devices/", device_url(device), f"{device_url(device)}extensions/{key}/")
            person.get(address + page[number % 3], timeout=30).raise_for_status()


def _sign_in(person: requests.Session, address: str) -> None:
    url = f"{address}/accounts/login/"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', person.get(url, timeout=30).text)[1]
    password = state.load(settings.VAR_DIR).password
    form = {"csrfmiddlewaretoken": token, "login": seed.PEOPLE[0].email, "password": password}
    person.post(url, data=form, headers={"Referer": url}, timeout=30).raise_for_status()


def _wait(until, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {PATIENCE_S} s for {what}.")
        time.sleep(0.5)


def _processes() -> list[Process]:
    """Of the demo, largest first."""
    mark = f"IOTDASH_VAR={settings.VAR_DIR}".encode()
    return sorted(map(_process, _with(mark)), key=lambda process: -process.pss_mb)


def _with(mark: bytes) -> Iterator[Path]:
    """Processes whose environment has this line, but for this one."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = mark in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if ours and folder.name != str(os.getpid()):
            yield folder


def _process(folder: Path) -> Process:
    sizes = dict(re.findall(r"^(\w+): +(\d+) kB$", (folder / "smaps_rollup").read_text(), re.MULTILINE))
    return Process(_name(folder), int(sizes["Pss"]) / 1024, int(sizes["Rss"]) / 1024)


def _name(folder: Path) -> str:
    words = (folder / "cmdline").read_bytes().decode().split("\0")
    known = {"sandbox": "sandbox", "iotdash.demo.watch": "demo", "gunicorn": "web", "celery": "worker with beat"}
    return next((known[word] for word in words if word in known), words[-2])
