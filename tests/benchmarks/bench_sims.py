"""The list of SIMs, measured as that of devices is."""

from collections.abc import Iterable

from tests.benchmarks.bench_lists import measure_list
from tests.benchmarks.lists import SIMS
from tests.benchmarks.table import Row

SIZES = (1_000, 100_000)


def measure(quick: bool) -> Iterable[Row]:
    return measure_list(SIMS, quick, SIZES)
