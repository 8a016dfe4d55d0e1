"""An organization's overview, with all of its cards: when its counts are kept from a moment ago, and counted anew.

Counting grows with the fleet; that is why it is done the more seldom the larger the fleet is. How long it takes is
shown, and at most how much of one processor it can take however often the page is opened.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.core.cache import cache

from extensions.sims.tallies import COUNTED_A_SECOND
from tests.benchmarks import plain, worlds
from tests.benchmarks.asking import Application, counted, percentile, timed
from tests.benchmarks.bench_lists import FULL, GROWTH, OVER_PLAIN, QUICK, QUICK_SIZES, SIZES
from tests.benchmarks.table import Row
from tests.benchmarks.worlds import World

MOST_SHARE = 0.005

Ask = Callable[[World], str]


def measure(quick: bool) -> Iterable[Row]:
    fleets = worlds.make(QUICK_SIZES if quick else SIZES)
    product, plain_page = Application(), Application(MIDDLEWARE=plain.MIDDLEWARE)

    def overview(world: World) -> str:
        return product.get(f"/{world.organization.public_id}/", world.session)

    def anew(world: World) -> str:
        cache.clear()
        return overview(world)

    rounds = QUICK if quick else FULL
    bare = _times(lambda world: plain_page.get(plain.URL, world.session), fleets[-1:], *rounds)[fleets[-1].size]
    yield _kept(_times(overview, fleets, *rounds), bare, _queries(overview, fleets[-1]), quick)
    yield _anew(_times(anew, fleets, *rounds), _queries(anew, fleets[-1]), quick)


def _times(ask: Ask, fleets: Sequence[World], warm_up: int, rounds: int) -> Mapping[int, list[float]]:
    """Sizes take turns, so that whatever else the machine does burdens all alike."""
    times: dict[int, list[float]] = {world.size: [] for world in fleets}
    for number in range(warm_up + rounds):
        for world in fleets:
            with world.entered():
                took = timed(lambda world=world: ask(world))
            if number >= warm_up:
                times[world.size].append(took)
    return times


def _queries(ask: Ask, world: World) -> int:
    with world.entered(), counted() as asked:
        ask(world)
    return len(asked)


def _kept(times: Mapping[int, list[float]], bare: list[float], queries: int, quick: bool) -> Row:
    growth = percentile(times[max(times)], 0.5) / percentile(times[min(times)], 0.5)
    over_plain = percentile(times[max(times)], 0.95) / percentile(bare, 0.95)
    values = _figures(times) | {"queries": queries, "growth": round(growth, 2), "p95 over plain": round(over_plain, 2)}
    aim = f"growth at most {GROWTH}, over plain at most {OVER_PLAIN:g}"
    met = growth <= GROWTH and over_plain <= OVER_PLAIN
    return Row("overview", values, "" if quick else aim, None if quick else met)


def _anew(times: Mapping[int, list[float]], queries: int, quick: bool) -> Row:
    size = max(times)
    share = percentile(times[size], 0.95) / 1000 / max(size // COUNTED_A_SECOND, 1)
    values = _figures(times) | {"queries": queries, "share of the time": round(share, 4)}
    aim = f"at most {MOST_SHARE:.1%} of the time"
    return Row("overview, counted anew", values, "" if quick else aim, None if quick else share <= MOST_SHARE)


def _figures(times: Mapping[int, list[float]]) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95}
    return {
        f"{name} ms, {size:,}": round(percentile(taken, share), 2)
        for name, share in shares.items()
        for size, taken in times.items()
    }
