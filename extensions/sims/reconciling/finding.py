"""Which rows a section has: each is found by an index, however many SIMs and devices there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Prefetch, Q, QuerySet

from devices.models import Device
from devices.queries import starting_with
from extensions.core.models import ExtensionConfig
from extensions.sims.contract import SimState
from extensions.sims.inventory import columns, filters, listing, typed
from extensions.sims.inventory.ranges import BY_SUBJECT
from extensions.sims.models import ImeiChange, LinkProposal, SharedIdentifier, Sim
from iotdash.lib.lists import COUNT_LIMIT, Condition, Count, ListState, Parts, Question, bounded_count, matching
from iotdash.organizations.models import Organization

STATE, DAYS = "state", "days"
_WITH_DEVICE = Prefetch("device", Device.objects.only("device_id", "type_name"))


@dataclass(frozen=True)
class Scope:
    """`configs` are those that the filters leave."""

    organization: Organization
    configs: Sequence[ExtensionConfig]
    state: ListState
    numbers: Sequence[str]

    @property
    def digits(self) -> str:
        """What is searched for, without what stands between digits."""
        return typed.digits_of(self.state.search) or self.state.search


@dataclass(frozen=True)
class Found:
    """For `page`, and how many there are."""

    parts: Parts
    count: Count
    order_by: str
    then: Sequence[str] = ()


def without_device(scope: Scope) -> Found:
    """That the carrier knows."""
    return _by_subject(scope, Q(device=None, missing_since=None))


def unknown_to_carrier(scope: Scope) -> Found:
    return _by_subject(scope, Q(device__isnull=False, missing_since__isnull=False))


def unused(scope: Scope) -> Found:
    days = int(scope.state.value(DAYS))
    where = Q(state=SimState.ACTIVATED, missing_since=None, unused_days__gte=days)
    found = Sim.objects.filter(where, config__in=scope.configs)
    return _sims(scope, [Condition(where, found, ordered=("unused_days",))], "-unused_days")


def changed_imeis(scope: Scope) -> Found:
    """The newest first."""
    rows = ImeiChange.objects.select_related("sim").prefetch_related(
        Prefetch("sim__device", Device.objects.only("device_id", "type_name"))
    )
    if scope.state.search:
        rows = rows.filter(starting_with("sim__subject", scope.digits))
    return _by_config(scope, rows, "-seen_at")


def proposals(scope: Scope) -> Found:
    """Without those that were refused, unless they are asked for."""
    rows = LinkProposal.objects.select_related("sim").prefetch_related(_WITH_DEVICE)
    if scope.state.search:
        rows = rows.filter(starting_with("subject", scope.digits))
    standing = (LinkProposal.State.OFFERED, LinkProposal.State.AMBIGUOUS)
    states = (scope.state.value(STATE),) if scope.state.value(STATE) else standing
    return _by_config(scope, rows, "subject", [Q(state=each) for each in states])


def shared(scope: Scope) -> Found:
    rows = SharedIdentifier.objects.filter(organization=scope.organization).prefetch_related(_WITH_DEVICE)
    if scope.state.search:
        rows = rows.filter(starting_with("number", scope.digits))
    return Found(Parts([rows], rows), bounded_count(rows), "number")


def _by_subject(scope: Scope, where: Q) -> Found:
    """An index has just these, in the order of identifiers."""
    # In that order SQLite takes that index also where it only counts.
    found = Sim.objects.filter(where, config__in=scope.configs).order_by("config_id", BY_SUBJECT, "pk")
    return _sims(scope, [Condition(where, found, ordered=(BY_SUBJECT,))])


def _sims(scope: Scope, conditions: Sequence[Condition], order: str = BY_SUBJECT) -> Found:
    rows = listing.rows_of(scope.configs)
    rows = replace(rows, objects=rows.objects.only(*columns.FIELDS, "unused_days"))
    asked = [*conditions, *filters.conditions(scope.configs, scope.state)]
    search = filters.search(scope.configs, scope.state.search, scope.numbers) if scope.state.search else []
    found = matching(rows, Question(asked, search, order))
    return Found(found.parts, found.count, order, [BY_SUBJECT])


def _by_config(scope: Scope, rows: QuerySet, order: str, among: Sequence[Q] = (Q(),)) -> Found:
    """An index has the rows of each configuration in this order."""
    parts = [rows.filter(each, config=config) for config in scope.configs for each in among]
    everything = rows.filter(config__in=scope.configs)
    counts = [bounded_count(part) for part in parts]
    return Found(Parts(parts or [rows.none()], everything), _sum(counts), order)


def _sum(counts: Sequence[Count]) -> Count:
    number = sum(count.value for count in counts)
    return Count(min(number, COUNT_LIMIT), exact=number <= COUNT_LIMIT and all(count.exact for count in counts))
