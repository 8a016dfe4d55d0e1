"""Alerts, open and resolved; one with its history; and the bell."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from iotdash.lib import htmx
from iotdash.organizations.alerts import conditions, listing, queries, services
from iotdash.organizations.authorization import may
from iotdash.organizations.models import Alert
from iotdash.organizations.roles import SET_ALERT_RULES
from iotdash.organizations.scoping import organization_view

FOLDER = "organizations/alerts"


@require_safe
@organization_view()
def open_alerts(request: HttpRequest) -> HttpResponse:
    return _list(request, resolved=False)


@require_safe
@organization_view()
def resolved_alerts(request: HttpRequest) -> HttpResponse:
    return _list(request, resolved=True)


@require_safe
@organization_view()
def alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    found = _alert_or_404(request, alert_id)
    condition = conditions.find(found.condition)
    context = {
        "alert": found,
        "history": found.events.order_by("pk"),
        "what": condition.label if condition else found.condition,
        "may_resolve": _by_hand(found) and may(request.membership, SET_ALERT_RULES, request.organization),
    }
    return htmx.render(request, f"{FOLDER}/alert.html", context)


@require_POST
@organization_view(SET_ALERT_RULES)
def resolve(request: HttpRequest, alert_id: int) -> HttpResponse:
    found = _alert_or_404(request, alert_id)
    if not _by_hand(found):
        messages.error(request, "This alert is over by itself as soon as it is not true any more.")
    elif services.resolve(request.source, found):
        messages.success(request, "The alert is resolved.")
    else:
        messages.error(request, "It was resolved already.")
    return htmx.redirect(request, "organizations:alert", request.organization.public_id, found.pk)


@require_safe
@organization_view()
def bell(request: HttpRequest) -> HttpResponse:
    """What the frame shows; nothing while it is as the page has it."""
    number = queries.shown_number(request.membership.open_alerts)
    if request.GET.get("shown") == number:
        return HttpResponse(status=204)
    return htmx.render(request, "layout/bell.html", {"bell": number})


def _list(request: HttpRequest, *, resolved: bool) -> HttpResponse:
    context: dict[str, Any] = listing.alerts(request, resolved=resolved)
    return htmx.render(request, f"{FOLDER}/list.html", context, part={"alerts": f"{FOLDER}/_list.html"})


def _alert_or_404(request: HttpRequest, alert_id: int) -> Alert:
    try:
        return queries.alert(request.organization, alert_id)
    except Alert.DoesNotExist:
        raise Http404("This organization has no such alert.") from None


def _by_hand(found: Alert) -> bool:
    condition = conditions.find(found.condition)
    return found.resolved_at is None and condition is not None and condition.by_hand
