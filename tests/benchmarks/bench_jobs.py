"""Jobs: how long it takes until many SIMs are accepted, and what the lists cost while a job of 10,000 runs.

Accepting is what a person waits for: the form that rehearses, and the one that confirms. While the job runs, a process
of its own takes it forward; requests with it and without it take turns, so that both meet the same machine.
"""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext

from django.conf import settings

from extensions.sims.models import Sim
from iotdash.accounts.models import User
from iotdash.audit.services import Source
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Role
from iotdash.runtime.jobs import disposing, steering
from iotdash.runtime.models import Job
from tests.benchmarks import asking, fleet
from tests.benchmarks.asking import Application, percentile, timed
from tests.benchmarks.table import Row
from tests.benchmarks.transactions import Transactions

SIZES, QUICK_SIZES = (1_000, 10_000), (100, 400)
# Rounds of accepting; of lists: rounds that warm up and count, and requests of each kind in one.
ROUNDS, QUICK_ROUNDS = 5, 1
LISTS, QUICK_LISTS = (1, 8, 12), (0, 1, 2)
ACCEPTED_MS, LOCKED_MS, GROWTH, BESIDE_A_JOB = 2_000, 100, 1.5, 1.5
ORGANIZATION = "bench1"


def measure(quick: bool) -> Iterable[Row]:
    sizes = QUICK_SIZES if quick else SIZES
    organization = Organization.objects.create(pk=1, public_id=ORGANIZATION, name="Bench")
    user = User.objects.create_user(email="owner@example.com", password="correct horse battery")
    Membership.objects.create(organization=organization, user=user, role=Role.ADMINISTRATOR)
    fleet.seed(organization, sizes[-1])
    person = Person(asking.signed_in(user))
    yield from _accepting(person, sizes, quick)
    yield from _lists(person, sizes[-1], quick)


class Person:
    """Asks for jobs by the forms of the pages."""

    def __init__(self, session: str) -> None:
        self.session, self.product = session, Application()

    def get(self, url: str) -> str:
        return self.product.get(url, self.session)

    def rehearse(self, sims: Iterable[int]) -> Job:
        ticked = ",".join(map(str, sims))
        given = {"sim": ticked, "what": "status", "status": "Deactivated"}
        place = self.product.post(f"/{ORGANIZATION}/sims/bulk/", self.session, given)
        return Job.objects.get(public_id=place.rstrip("/").rpartition("/")[2])

    def confirm(self, job: Job) -> None:
        self.product.post(
            f"/{ORGANIZATION}/jobs/{job.public_id}/confirm/", self.session, {"hold": "", "stop_after": ""}
        )


def _accepting(person: Person, sizes: tuple[int, ...], quick: bool) -> Iterator[Row]:
    times: dict[int, tuple[list[float], list[float]]] = {size: ([], []) for size in sizes}
    transactions = Transactions()
    for _ in range(1 + (QUICK_ROUNDS if quick else ROUNDS)):
        for size in sizes:
            keys = list(Sim.objects.order_by("pk").values_list("pk", flat=True)[:size])
            made: list[Job] = []
            with transactions.timed():
                times[size][0].append(timed(lambda made=made, keys=keys: made.append(person.rehearse(keys))))
                times[size][1].append(timed(lambda made=made: person.confirm(made[0])))
            _forget(made[0])
    first = sum(percentile(each[1:], 0.5) for each in times[sizes[0]]) / sizes[0]
    for size, (rehearsed, confirmed) in times.items():
        yield _accepted(size, percentile(rehearsed[1:], 0.5), percentile(confirmed[1:], 0.5), first, quick)
    yield _locked("longest transaction while they are accepted", transactions.longest * 1000, quick)


def _forget(job: Job) -> None:
    steering.cancel(job, Source("owner@example.com", ORGANIZATION))
    disposing.dispose(job)


def _accepted(size: int, rehearsed: float, confirmed: float, first: float, quick: bool) -> Row:
    whole = rehearsed + confirmed
    growth = whole / size / first
    values = {"rehearse ms": rehearsed, "confirm ms": confirmed, "in all ms": whole, "growth per SIM": growth}
    aim = f"in all under {ACCEPTED_MS} ms, growth at most {GROWTH}"
    met = whole < ACCEPTED_MS and growth <= GROWTH
    return Row(f"{size:,} SIMs accepted", _rounded(values), "" if quick else aim, None if quick else met)


def _locked(name: str, longest: float, quick: bool) -> Row:
    aim = f"some {LOCKED_MS} ms"
    return Row(name, _rounded({"in all ms": longest}), "" if quick else aim, None if quick else longest <= LOCKED_MS)


def _lists(person: Person, size: int, quick: bool) -> Iterator[Row]:
    job = person.rehearse(Sim.objects.order_by("pk").values_list("pk", flat=True)[:size])
    person.confirm(job)
    urls = {
        "device list": "devices",
        "SIM list": "sims",
        "list of jobs": "jobs",
        "page of the job": f"jobs/{job.public_id}",
    }
    with _worker(job) as worker:
        times = _taken(person, urls, worker, *(QUICK_LISTS if quick else LISTS))
    for name in urls:
        yield _beside(name, times[name, False], times[name, True], worker.answered, quick)
    yield _locked("longest transaction while the job runs", worker.longest_ms, quick)


def _taken(
    person: Person, urls: Mapping[str, str], worker: "Worker", warm_up: int, rounds: int, requests: int
) -> Mapping[tuple[str, bool], list[float]]:
    """(name, whether the job runs) → times in ms."""
    times: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for number in range(warm_up + rounds):
        for runs in (False, True):
            with worker.at_work() if runs else nullcontext():
                for name, url in list(urls.items()) * requests:
                    took = timed(lambda url=url: person.get(f"/{ORGANIZATION}/{url}/"))
                    if number >= warm_up:
                        times[name, runs].append(took)
    return times


def _beside(name: str, without: list[float], beside: list[float], answered: int, quick: bool) -> Row:
    before, after = percentile(without, 0.95), percentile(beside, 0.95)
    values = {"p95 ms, no job": before, "p95 ms, a job": after, "ratio": after / before, "items done": answered}
    aim = f"ratio at most {BESIDE_A_JOB}"
    return Row(
        f"{name} while a job runs",
        _rounded(values),
        "" if quick else aim,
        None if quick else after / before <= BESIDE_A_JOB,
    )


class Worker:
    """The process of `job_process`."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process, self.answered, self.longest_ms = process, 0, 0.0
        self._told()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        self._say("go")
        yield
        self._say("stop")
        told = self._told()
        self.answered += told["answered"]
        self.longest_ms = max(self.longest_ms, told["longest_ms"])

    def _say(self, word: str) -> None:
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def _told(self) -> dict:
        return json.loads(self._process.stdout.readline())


@contextmanager
def _worker(job: Job) -> Iterator[Worker]:
    argv = [sys.executable, "-m", "tests.benchmarks.job_process", str(job.pk)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(argv, cwd=settings.BASE_DIR, env=os.environ, text=True, **pipes)
    try:
        yield Worker(process)
    finally:
        process.terminate()
        process.wait()


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in values.items()}
