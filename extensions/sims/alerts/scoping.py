"""Of which SIMs a rule is: all of the organization, those of a filter of the list, or those of one device."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict

from devices.addresses import device_url
from devices.models import Device
from devices.queries import device_of
from extensions.core.models import ExtensionConfig
from extensions.sims import numbers, queries
from extensions.sims.addresses import list_url
from extensions.sims.inventory import filters
from extensions.sims.inventory.columns import COLUMNS
from extensions.sims.inventory.listing import question_of
from extensions.sims.inventory.ranges import BY_SUBJECT
from extensions.sims.models import Sim
from iotdash.lib.lists import BadListQuery, ListState, in_words
from iotdash.lib.lists.conditions import opaque
from iotdash.organizations.alerts.conditions import CannotTell
from iotdash.organizations.models import AlertRule, Organization

Scope = AlertRule.Scope
_NUMBERS = (*numbers.MASKED, *numbers.OPEN)


class SimScoping:
    scopes = (Scope.ALL, Scope.FILTER, Scope.DEVICE)
    filter_help = "Filter the list of SIMs as you like, and paste its address here, or what stands after its “?”."
    device_help = "Type and ID with a slash between them, as in “pump/harbour-1”: its SIMs, whichever they are then."

    def clean(self, organization: Organization, scope: str, value: str) -> str:
        return _device_key(organization, value) if scope == Scope.DEVICE else _query(organization, value)

    def shown(self, rule: AlertRule) -> tuple[str, str]:
        organization = rule.organization
        if rule.scope == Scope.ALL:
            return "All SIMs", list_url(organization)
        if rule.scope == Scope.FILTER:
            return f"SIMs that match {in_words(rule.scope_value)}", _filtered_url(organization, rule.scope_value)
        device = _device(organization, rule.scope_value)
        return (f"SIMs of the device {device.device_id}", device_url(device)) if device else (_GONE, "")

    def typed(self, organization: Organization, scope: str, value: str) -> str:
        if scope != Scope.DEVICE:
            return value
        device = _device(organization, value)
        return f"{device.device_type.type_id}/{device.device_id}" if device else ""


_GONE = "The device of this rule was deleted. Choose another, or delete the rule."


def configs_of(rule: AlertRule) -> list[ExtensionConfig]:
    return list(queries.configurations(rule.organization))


def check_scope(rule: AlertRule) -> None:
    """Raises CannotTell where the rule can be of no SIM."""
    if rule.scope == Scope.DEVICE and _device(rule.organization, rule.scope_value) is None:
        raise CannotTell(_GONE)


def in_scope(rule: AlertRule, configs: Sequence[ExtensionConfig]) -> QuerySet[Sim]:
    """SIMs of these configurations that the rule is of: none, once its device is gone. Raises CannotTell."""
    sims = Sim.objects.filter(_of(configs))
    if rule.scope == Scope.ALL:
        return sims
    if rule.scope == Scope.FILTER:
        return _matching(rule, configs)
    return sims.filter(device=int(rule.scope_value))


def _matching(rule: AlertRule, configs: Sequence[ExtensionConfig]) -> QuerySet[Sim]:
    try:
        state = _state(configs, rule.scope_value)
    except BadListQuery as error:
        raise CannotTell(f"The filter of this rule is not valid any more. {error} Change the rule.") from error
    chosen = filters.chosen(configs, state)
    question = question_of(chosen, state, _NUMBERS)
    found = Sim.objects.filter(_of(chosen))
    # One row after the other, of the few that the condition finds by its own index.
    found = found.filter(*(each.walked for each in question.conditions))
    return found.filter(reduce(or_, (Q(each.walked) for each in question.search))) if question.search else found


def _of(configs: Sequence[ExtensionConfig]) -> Q:
    """Whoever asks names an index or keys: SQLite would read all SIMs of an account instead."""
    return Q(opaque(Q(config__in=[config.pk for config in configs])))


def _query(organization: Organization, typed: str) -> str:
    query = urlsplit(typed.strip()).query or typed.strip().removeprefix("?")
    try:
        state = _state(list(queries.configurations(organization)), query)
    except BadListQuery as error:
        raise ValidationError(str(error)) from error
    kept = [(name, value) for name, value in state.parameters() if name not in ("sort", "columns", "size")]
    if not kept:
        raise ValidationError("This filters nothing. Choose all SIMs instead, or filter the list of SIMs first.")
    return urlencode(kept)


def _state(configs: Sequence[ExtensionConfig], query: str) -> ListState:
    columns = [each.column for each in COLUMNS]
    return ListState.from_query(QueryDict(query), columns, filters.declared(configs), default_sort=BY_SUBJECT)


def _filtered_url(organization: Organization, query: str) -> str:
    """Empty where something is searched: it may be a number that not everybody who reads the rule may see."""
    return "" if "q" in QueryDict(query) else f"{list_url(organization)}?{query}"


def _device_key(organization: Organization, typed: str) -> str:
    type_id, _, device_id = typed.strip().partition("/")
    try:
        return str(device_of(organization, type_id, device_id).pk)
    except Device.DoesNotExist:
        raise ValidationError("There is no such device. Type its type and ID with a slash between them.") from None


def _device(organization: Organization, key: str) -> Device | None:
    found = organization.devices.select_related("device_type", "organization")
    return found.filter(pk=int(key)).first() if key.isascii() and key.isdigit() else None
