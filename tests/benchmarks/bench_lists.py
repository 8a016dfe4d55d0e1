"""The device list: every filter, sort and search that the page offers, first and deep pages, and their combinations.

Sizes take turns, and so do the product and a plain view, so that whatever else the machine does burdens all alike.
Growth compares the largest fleet with the smallest, asked the same; where the smallest has too few answers to fill a
page, with its list as it opens. Small sizes are not judged: two rounds say little.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tests.benchmarks import plain, worlds
from tests.benchmarks.asking import Application, counted, percentile, timed
from tests.benchmarks.list_cases import Case, Listed
from tests.benchmarks.lists import DEVICES
from tests.benchmarks.table import Row
from tests.benchmarks.worlds import World

SIZES, QUICK_SIZES = (1_000, 10_000, 100_000), (200, 2_000)
# Rounds that warm up, and rounds that count.
FULL, QUICK = (3, 25), (1, 2)
GROWTH, OVER_PLAIN = 1.5, 3.0
AIM = f"growth at most {GROWTH}, over plain at most {OVER_PLAIN:g}"
WORST = 6

PLAIN, BASE = "plain", "base"

Times = Mapping[str, Sequence[float]]


def measure(quick: bool) -> Iterable[Row]:
    return measure_list(DEVICES, quick, SIZES)


def measure_list(listed: Listed, quick: bool, sizes: Sequence[int]) -> Iterable[Row]:
    bench = Bench(worlds.make(QUICK_SIZES if quick else sizes), *(QUICK if quick else FULL))
    with bench.largest.entered():
        cases = list(listed.singles(bench.largest.organization))
        combined = list(listed.combined(bench.largest.organization))
    for case in cases:
        for row in bench.row(case):
            yield replace(row, aim="", met=None) if quick else row
    if not quick:
        for case in bench.slowest(combined):
            yield from bench.row(replace(case, name=f"{case.name} (of the slowest of {len(combined):,} combinations)"))


class Bench:
    def __init__(self, fleets: Sequence[World], warm_up: int, rounds: int) -> None:
        self.fleets, self.warm_up, self.rounds = fleets, warm_up, rounds
        self.product = Application()
        self.plain = Application(MIDDLEWARE=plain.MIDDLEWARE)
        # What the seeding left behind is not collected in the middle of a measurement.
        gc.collect()
        gc.freeze()

    @property
    def largest(self) -> World:
        return self.fleets[-1]

    def row(self, case: Case) -> Iterator[Row]:
        """Nothing for a case that the largest fleet does not have."""
        if case.url(self.largest) is None:
            return
        times = self._times(self._questions(case))
        queries = max(self._queries(world, url) for world in self.fleets if (url := case.url(world)))
        yield _row(case, times, self.fleets, queries)

    def _questions(self, case: Case) -> Mapping[str, Callable[[], str]]:
        """What is asked in turn, by the name that its times get."""
        smallest, largest = self.fleets[0], self.largest
        asked = {str(world.size): self._asking(world, url) for world in self.fleets if (url := case.url(world))}
        asked[PLAIN] = self._asking(largest, plain.URL, self.plain)
        first = asked.get(str(smallest.size))
        if first is None or _rows_shown(first()) != _rows_shown(asked[str(largest.size)]()):
            asked[BASE] = self._asking(smallest, case.listed.opening.url(smallest))
        return asked

    def slowest(self, cases: Sequence[Case]) -> list[Case]:
        """Asked of the largest fleet, the slow ones again so that a hiccup is not taken for slowness."""
        suspects = sorted(((self._once(case), case) for case in cases), key=_time, reverse=True)[: 8 * WORST]
        settled = [(min(took, *(self._once(case) for _ in range(3))), case) for took, case in suspects]
        return [case for _, case in sorted(settled, key=_time, reverse=True)[:WORST]]

    def _once(self, case: Case) -> float:
        return timed(self._asking(self.largest, case.url(self.largest)))

    def _asking(self, world: World, url: str, application: Application | None = None) -> Callable[[], str]:
        def ask() -> str:
            with world.entered():
                return (application or self.product).get(url, world.session)

        return ask

    def _times(self, questions: Mapping[str, Callable[[], str]]) -> Times:
        times = {name: [] for name in questions}
        for number in range(self.warm_up + self.rounds):
            for name, ask in questions.items():
                took = timed(ask)
                if number >= self.warm_up:
                    times[name].append(took)
        return times

    def _queries(self, world: World, url: str) -> int:
        with world.entered(), counted() as asked:
            self.product.get(url, world.session)
        return len(asked)


def _time(timed_case: tuple[float, Case]) -> float:
    return timed_case[0]


def _rows_shown(page: str) -> int:
    return page.count("<tr>")


def _row(case: Case, times: Times, fleets: Sequence[World], queries: int) -> Row:
    asked = [world for world in fleets if str(world.size) in times]
    p50 = {name: percentile(taken, 0.5) for name, taken in times.items()}
    p95 = {name: percentile(taken, 0.95) for name, taken in times.items()}
    largest = str(fleets[-1].size)
    base = BASE if BASE in p50 else str(fleets[0].size)
    growth, over_plain = p50[largest] / p50[base], p95[largest] / p95[PLAIN]
    values = {f"p50 ms, {world.size:,}": p50[str(world.size)] for world in asked}
    values |= {f"p95 ms, {world.size:,}": p95[str(world.size)] for world in asked}
    values |= {"queries": queries, "growth": growth, "p95 over plain": over_plain}
    met = over_plain <= OVER_PLAIN and growth <= GROWTH
    rounded = {name: round(value, 2) if isinstance(value, float) else value for name, value in values.items()}
    return Row(case.name, rounded, AIM, met)
