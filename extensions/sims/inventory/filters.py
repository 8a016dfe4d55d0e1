"""Filters and search of the list of SIMs."""

from collections.abc import Callable, Mapping, Sequence

from django.db.models import Q

from devices.queries import starting_with
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims.contract import SimState
from extensions.sims.inventory import typed
from extensions.sims.inventory.ranges import AGES, BY_SUBJECT, USAGES, Range
from extensions.sims.models import CarrierPlans, Sim
from iotdash.lib.lists import Condition, Filter, ListState

YES_OR_NO = (("yes", "Yes"), ("no", "No"))
CARRIER, CONFIG = "carrier", "config"
# Among states and plans, which are any text: SIMs of which none is known.
UNKNOWN = "(unknown)"
_STATES = {state.value.casefold(): state.value for state in SimState}

Configs = Sequence[ExtensionConfig]


def declared(configs: Configs) -> tuple[Filter, ...]:
    """Carriers and configurations are those that the organization has."""
    slugs = {config.slug for config in configs}
    carriers = tuple((slug, each.name) for slug, each in registry.manifests().items() if slug in slugs)
    return (
        Filter(CARRIER, "Carrier", carriers),
        Filter(CONFIG, "Configuration", tuple((str(config.pk), config.name) for config in configs)),
        Filter("state", "State"),
        Filter("plan", "Rate plan"),
        Filter("linked", "Linked to a device", YES_OR_NO),
        Filter("usage", "Month-to-date data", tuple((name, each.label) for name, each in USAGES.items())),
        Filter("age", "Age of data", tuple((name, each.label) for name, each in AGES.items())),
        Filter("known", "Known to the carrier", YES_OR_NO),
    )


def chosen(configs: Configs, state: ListState) -> list[ExtensionConfig]:
    """The configurations whose SIMs are asked for."""
    slug, pk = state.value(CARRIER), state.value(CONFIG)
    return [config for config in configs if slug in ("", config.slug) and pk in ("", str(config.pk))]


def suggestions(configs: Configs) -> dict[str, list[str]]:
    """Values of the filters that take any text: carriers have states and plans of their own."""
    listed = CarrierPlans.objects.filter(config__in=configs).values_list("names", flat=True)
    plans = {name for names in listed for name in names}
    return {"state": [*(state.value for state in SimState), UNKNOWN], "plan": [*sorted(plans), UNKNOWN]}


def conditions(configs: Configs, state: ListState) -> list[Condition]:
    """What the state's filters ask of the SIMs of these configurations."""
    return [make(configs, state.value(name)) for name, make in _CONDITIONS.items() if state.value(name)]


def search(configs: Configs, text: str, numbers: Sequence[str]) -> list[Condition]:
    """The ways in which a SIM is found by `text`: its identifier, or one of these numbers, starts with it.

    Also without what stands between the digits of `text`, and without the check digit of a whole ICCID.
    """
    beginnings = [_of_sims(configs, starting_with(BY_SUBJECT, text), BY_SUBJECT)]
    digits, whole = typed.digits_of(text), typed.without_check_digit(text)
    if digits:
        beginnings.append(_of_sims(configs, starting_with(BY_SUBJECT, digits), BY_SUBJECT))
    if whole:
        beginnings += [_of_sims(configs, Q(**{name: whole})) for name in (BY_SUBJECT, "iccid")]
    return [*beginnings, *(_of_sims(configs, starting_with(name, digits or text)) for name in numbers)]


def _of_sims(configs: Configs, where: Q, *ordered: str) -> Condition:
    return Condition(where, Sim.objects.filter(where, config__in=configs), ordered=ordered)


def _in_state(configs: Configs, value: str) -> Condition:
    # Carriers' own words are kept as they are; ours are found however they are typed.
    return _being(configs, "state", _STATES.get(value.casefold(), value))


def _on_plan(configs: Configs, value: str) -> Condition:
    return _being(configs, "rate_plan", value)


def _being(configs: Configs, field: str, value: str) -> Condition:
    """PostgreSQL does not see that those of which nothing is known lie in an index in the order of identifiers."""
    if value == UNKNOWN:
        return _of_sims(configs, Q(**{field: None}))
    return _of_sims(configs, Q(**{field: value}), BY_SUBJECT)


def _linked(configs: Configs, value: str) -> Condition:
    return _of_sims(configs, Q(device__isnull=value == "no"), BY_SUBJECT)


def _known(configs: Configs, value: str) -> Condition:
    return _of_sims(configs, Q(missing_since__isnull=value == "yes"))


def _using(configs: Configs, value: str) -> Condition:
    return _in_range(configs, USAGES[value])


def _aged(configs: Configs, value: str) -> Condition:
    return _in_range(configs, AGES[value])


def _in_range(configs: Configs, asked: Range) -> Condition:
    return _of_sims(configs, asked.where(configs), *asked.ordered)


_CONDITIONS: Mapping[str, Callable[[Configs, str], Condition]] = {
    "state": _in_state,
    "plan": _on_plan,
    "linked": _linked,
    "usage": _using,
    "age": _aged,
    "known": _known,
}
