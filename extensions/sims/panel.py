"""The SIM panel of a drilldown: everything from rows, nothing from the carrier."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, Max, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from extensions.core.contract import NoData
from extensions.core.forms import operation_form
from extensions.core.models import STANDING_STILL, Health, Operation
from extensions.core.places import Place
from extensions.core.targets import Target
from extensions.core.words import operation_title
from extensions.sims import addresses, billing, numbers, operations, plans, usage_panel
from extensions.sims.models import Sim, UsageCycle
from extensions.sims.sync import reported
from extensions.sims.sync.timing import is_stale
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import OPERATE

WRITES = (operations.STATUS, operations.RATE_PLAN, operations.SMS)
ASKED = 20
SHOWN_CYCLES = 12
NO_DATA = NoData.__name__


def render(request: HttpRequest, target: Target, place: Place) -> tuple[str, Mapping[str, Any]]:
    """The whole panel, or the part that htmx asks for: what is being typed elsewhere stays in the page."""
    context = data_context(request, target, place)
    if request.htmx.target == context["data_id"]:
        # A form that was just sent stays in the page, so it needs a new one-time key.
        sent = _keys(target) if request.method == "POST" else []
        return "sims/data.html", context | {"fresh_keys": sent}
    if request.htmx.target == context["plan_id"]:
        return "sims/plan_form.html", context | forms_context(request, target, context["sim"])
    return "sims/panel.html", context | forms_context(request, target, context["sim"])


def data_context(request: HttpRequest, target: Target, place: Place) -> dict[str, Any]:
    """The last record, what was asked and what became of it."""
    # Operations first: one that settles meanwhile still counts as pending, and the page looks again.
    asked = list(_asked(target))
    known = _what_is_known(target)
    shown = {"seen": _seen(target, asked, known), "numbers": numbers.of_sim(known["sim"], request.membership)}
    return _addresses(request, target, place) | _what_was_asked(target, asked) | known | shown


def _addresses(request: HttpRequest, target: Target, place: Place) -> dict[str, Any]:
    specs = operations.of(target.manifest.provider, target.config.settings)
    return {
        "target": target,
        "organization": request.organization,
        "device": target.device,
        "tells": target.manifest.provider.tells,
        "subject_title": target.manifest.device_schema["properties"][target.manifest.subject_field]["title"],
        "data_id": f"sim-data-{target.manifest.device_key}",
        "plan_id": f"sim-plan-{target.manifest.device_key}",
        "panel_url": place.url,
        "ask": {spec.id: place.ask_url(spec.id) for spec in specs},
        "refresh_url": place.ask_url(target.manifest.provider.overview),
        "messages_url": addresses.messages_url(place),
    }


def _what_was_asked(target: Target, asked: list[Operation]) -> dict[str, Any]:
    unsettled = [operation for operation in asked if not operation.settled]
    standing_still = target.config.state in STANDING_STILL
    return {
        "reading": next((op for op in asked if op.operation_id == target.manifest.provider.overview), None),
        "usage_asked": next((op for op in asked if op.operation_id == operations.USAGE), None),
        "person_reads": not standing_still and any(_is_persons_read(target, operation) for operation in unsettled),
        "standing_still": standing_still,
        "pending": [] if standing_still else unsettled,
        "latest": _latest_writes(target, asked),
        "status_line": _status_line(asked),
        "unreachable": target.config.state not in (Health.CONNECTED, Health.NOT_CHECKED),
    }


def _what_is_known(target: Target) -> dict[str, Any]:
    """Before the first record there may be no row at all; templates then see one in which everything is unknown."""
    sims = Sim.objects.select_related("config__carrier_plans").annotate(reported=Exists(reported.WAITING_OF_SIM))
    sim = usage_panel.with_allowance(sims).filter(config=target.config, subject=target.subject).first()
    if sim is None:
        sim = Sim(config=target.config, subject=target.subject)
        return {"sim": sim, "usage": None, "cycles": [], "cycle_starts": []}
    cycles = list(UsageCycle.objects.filter(sim=sim).order_by("-cycle_start")[:SHOWN_CYCLES])
    starts = _earlier_cycles(target, cycles)
    known = {"sim": sim, "sim_stale": is_stale(sim, target.config), "cycles": cycles, "cycle_starts": starts}
    return known | {"usage": usage_panel.of(sim, cycles), "first_awaited": _is_awaited(target, sim)}


def _is_awaited(target: Target, sim: Sim) -> bool:
    """Its first record comes with those of others, and soon."""
    soon = target.config.state not in STANDING_STILL and target.config.next_attempt_at is None
    return soon and sim.refresh_due and sim.fetched_at is None and sim.missing_since is None


def _seen(target: Target, asked: Sequence[Operation], known: Mapping[str, Any]) -> str:
    """Another as soon as the part would show something else, whoever changed it."""
    sim = known["sim"]
    shown = [target.config.state, getattr(sim, "reported", None), known.get("sim_stale")]
    shown += [sim.fetched_at, sim.details_at, sim.usage_at, sim.missing_since]
    shown += [(operation.pk, operation.state, operation.sentence, operation.priority) for operation in asked]
    shown += [(cycle.pk, cycle.fetched_at) for cycle in known["cycles"]]
    shown += known["usage"].seen if known["usage"] else []
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _is_persons_read(target: Target, operation: Operation) -> bool:
    """A background read of the same may be asked for again: it then comes before the others."""
    return operation.operation_id == target.manifest.provider.overview and operation.priority == Operation.PEOPLE


def _status_line(asked: list[Operation]) -> str:
    """One sentence for screen readers, which hear it when it changes: the newest operation and how far it got."""
    if not asked:
        return ""
    newest = asked[0]
    if newest.error == NO_DATA:
        return f"{operation_title(newest)}: {newest.sentence}"
    return f"{operation_title(newest)}: {newest.get_state_display()}. {newest.sentence}".strip()


def forms_context(request: HttpRequest, target: Target, sim: Sim) -> dict[str, Any]:
    """A form for every operation that the carrier has and this member may run."""
    provider, settings = target.manifest.provider, target.config.settings
    specs = {spec.id: spec for spec in operations.of(provider, settings)}
    listed = plans.listed(sim.config)
    awaited = listed is None and target.config.state not in STANDING_STILL and plans.asked_now(target.config)
    return {
        "may_operate": may(request.membership, OPERATE, request.organization),
        "changes": any(not spec.reads for spec in specs.values()),
        "forms": {name: operation_form(spec, within=target.manifest.device_key) for name, spec in specs.items()},
        "plan_names": [] if awaited or operations.RATE_PLAN not in specs else plans.choices(target.config, listed),
        "plan_list": listed,
        "plans_awaited": awaited,
        "sms_limit": provider.sms_limit(settings),
    }


def _keys(target: Target) -> list[forms.BoundField]:
    specs = operations.of(target.manifest.provider, target.config.settings)
    own = target.manifest.device_key
    return [operation_form(spec, within=own)["form_key"] for spec in specs if not spec.reads]


def _earlier_cycles(target: Target, known: Sequence[UsageCycle]) -> list[date]:
    """First days of the cycles before the one that runs, once any cycle is known; the newest known comes first."""
    if not known:
        return []
    started = billing.anchor([cycle.cycle_start for cycle in known])
    # The newest known one has begun, also where it is still the day before in UTC.
    running = max(billing.cycle_on(started, timezone.now().date()).start, known[0].cycle_start)
    past = target.manifest.provider.past_cycles
    return [billing.months_after(running, -months) for months in range(1, past + 1)]


def _asked(target: Target) -> QuerySet[Operation]:
    return _operations(target).order_by("-asked_at")[:ASKED]


def _latest_writes(target: Target, asked: Sequence[Operation]) -> dict[str, Operation | None]:
    """Operation id → the newest of its kind on this SIM. `asked` are the newest of all; older ones cost a query."""
    found = {operation.operation_id: operation for operation in reversed(asked)}
    missing = [name for name in WRITES if name not in found]
    if missing and len(asked) == ASKED:
        of_kind = _operations(target).filter(operation_id__in=missing).order_by().values("operation_id")
        newest = _operations(target).filter(pk__in=of_kind.annotate(newest=Max("pk")).values("newest"))
        found |= {operation.operation_id: operation for operation in newest}
    return {name: found.get(name) for name in WRITES}


def _operations(target: Target) -> QuerySet[Operation]:
    """Through the configuration, which they then need not read again."""
    return target.config.operations.filter(subject=target.subject)
