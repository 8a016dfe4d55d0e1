"""Evaluating a rule over all SIMs of an organization, with twenty that it finds: beside counting those SIMs.

The first evaluation raises twenty alerts; all later ones, in which nothing is new, are what costs every minute.
"""

from collections.abc import Callable, Iterable, Sequence

from django.utils import timezone

from extensions.sims.contract import SimState
from extensions.sims.models import PlanAllowance, Sim, StateChange
from extensions.sims.units import BYTES_PER_MB
from iotdash.organizations.alerts import evaluating
from iotdash.organizations.models import Alert, AlertRule
from tests.benchmarks import worlds
from tests.benchmarks.asking import counted, percentile, timed
from tests.benchmarks.bench_lists import QUICK_SIZES, SIZES
from tests.benchmarks.table import Row
from tests.benchmarks.worlds import World

FOUND, ROUNDS = 20, 15
# A hundred times the SIMs, and of a count at most this much: what is asked is answered by indexes.
GROWTH, OF_COUNTING = 2.0, 2.0
FAR = 50_000_000 * BYTES_PER_MB
CASES = {
    "data over a value": ("sim-data-over", {"megabytes": 40_000_000.0}, ""),
    "the same, with a filter": ("sim-data-over", {"megabytes": 40_000_000.0}, f"state={SimState.ACTIVATED.value}"),
    "share of the allowance": ("sim-share-over", {"percent": 80}, ""),
    "no usage": ("sim-unused", {"days": 7}, ""),
    "state changed": ("sim-state-changed", {"state": ""}, ""),
}


def measure(quick: bool) -> Iterable[Row]:
    fleets = worlds.make(QUICK_SIZES if quick else SIZES)
    for world in fleets:
        with world.entered():
            _prepare(world)
    counting = _middle(fleets, lambda world: Sim.objects.filter(organization=world.organization).count())
    for name, case in CASES.items():
        yield _row(name, case, fleets, counting, quick=quick)


def _prepare(world: World) -> None:
    sims = list(Sim.objects.filter(rate_plan__isnull=False).order_by("-pk")[:FOUND])
    facts = {"state": SimState.ACTIVATED, "ctd_data_bytes": FAR, "unused_days": 9, "usage_at": timezone.now()}
    Sim.objects.filter(pk__in=[sim.pk for sim in sims]).update(**facts)
    plans = set(Sim.objects.filter(rate_plan__isnull=False).values_list("config", "rate_plan"))
    PlanAllowance.objects.bulk_create(
        PlanAllowance(config_id=config, rate_plan=plan, data_bytes=FAR, changed_by="bench") for config, plan in plans
    )


def _row(name: str, case: tuple, fleets: Sequence[World], counting: dict[int, float], *, quick: bool) -> Row:
    rules, first = {}, {}
    for world in fleets:
        with world.entered():
            rules[world.size] = rule = _rule(world, name, *case)
            first[world.size] = timed(lambda rule=rule: _evaluate(rule))
            assert Alert.objects.filter(rule=rule).count() == FOUND, name
    took = _middle(fleets, lambda world: _evaluate(rules[world.size]))
    smallest, largest = min(took), max(took)
    with fleets[-1].entered(), counted() as asked:
        _evaluate(rules[largest])
    values = {f"first ms, {size:,}": round(ms, 1) for size, ms in first.items()}
    values |= {f"p50 ms, {size:,}": round(ms, 1) for size, ms in took.items()}
    growth, share = took[largest] / took[smallest], took[largest] / counting[largest]
    values |= {"queries": len(asked), "growth": round(growth, 2), "of counting them": round(share, 2)}
    aim = f"growth at most {GROWTH:g}, or at most {OF_COUNTING:g} of counting"
    met = growth <= GROWTH or share <= OF_COUNTING
    return Row(name, values, "" if quick else aim, None if quick else met)


def _rule(world: World, name: str, condition: str, parameters: dict, query: str) -> AlertRule:
    scope = {"scope": "filter", "scope_value": query} if query else {}
    organization = world.organization
    rule = AlertRule.objects.create(
        organization=organization, name=name, condition=condition, parameters=parameters, **scope
    )
    if condition == "sim-state-changed":
        _evaluate(rule)
        _change_states(rule)
    return rule


def _change_states(rule: AlertRule) -> None:
    """Noted a while ago, so that their numbers have settled."""
    sims = list(Sim.objects.filter(state=SimState.ACTIVATED).order_by("pk")[:FOUND])
    changes = [
        StateChange(config_id=sim.config_id, sim=sim, before=SimState.DEACTIVATED, after=SimState.ACTIVATED)
        for sim in sims
    ]
    StateChange.objects.bulk_create(changes)
    place = AlertRule.objects.values_list("place", flat=True).get(pk=rule.pk)
    newest = StateChange.objects.order_by("-pk").values_list("pk", flat=True).first()
    AlertRule.objects.filter(pk=rule.pk).update(place=place | {"settled": newest, "top": newest})


def _evaluate(rule: AlertRule) -> None:
    evaluating.run(rule.pk)


def _middle(fleets: Sequence[World], ask: Callable[[World], object]) -> dict[int, float]:
    """Sizes take turns, so that whatever else the machine does burdens all alike."""
    times: dict[int, list[float]] = {world.size: [] for world in fleets}
    for _ in range(ROUNDS):
        for world in fleets:
            with world.entered():
                times[world.size].append(timed(lambda world=world: ask(world)))
    return {size: percentile(taken, 0.5) for size, taken in times.items()}
