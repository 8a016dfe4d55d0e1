"""The call meter of a configuration's account: its card, its page, and calls over time. It asks no service anything."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from extensions.core import call_chart, queries
from extensions.core.lanes.call_history import MINUTES, SCALES, Scale
from extensions.core.models import ExtensionConfig
from extensions.core.presenting import calls_by_purpose, month_label
from extensions.core.views.lookup import configuration_or_404
from iotdash.lib import htmx
from iotdash.organizations.scoping import organization_view

PAGE, PART, CARD = "extensions/calls/page.html", "extensions/calls/_calls.html", "extensions/calls/_card.html"
CARD_ID = "call-meter"
CHART, TABLE = "chart", "table"
TIME_FORMATS = {"minute": "H:i", "hour": "j M, H:i", "day": "j M"}


@require_safe
@organization_view()
def calls(request: HttpRequest, config_id: int) -> HttpResponse:
    config = configuration_or_404(request, config_id)
    context = {"config": config, **meter_context(config)}
    if request.htmx.target != CARD_ID:
        context |= {"rows": calls_by_purpose(context["meter"]), **_history(request, config)}
    return htmx.render(request, PAGE, context, part={CARD_ID: CARD, "calls": PART})


def meter_context(config: ExtensionConfig) -> dict[str, Any]:
    """What the card shows, here and on the configuration's page."""
    meter = queries.meter_of(config)
    return {"meter": meter, "month_label": month_label(meter), "sharing": queries.sharing(config)}


def _history(request: HttpRequest, config: ExtensionConfig) -> dict[str, Any]:
    scale = _chosen(request, "by", {scale.each: scale for scale in SCALES}, MINUTES)
    shown = _chosen(request, "as", {CHART: CHART, TABLE: TABLE}, CHART)
    bars = queries.call_history_of(config, scale)
    return {
        "scale": scale,
        "time_format": TIME_FORMATS[scale.each],
        "shown": shown,
        "bars": [bar for bar in reversed(bars) if bar.calls],
        "chart": call_chart.chart(bars),
        "scales": [_link(f"By {each.each}", scale is each, each, shown) for each in SCALES],
        "looks": [_link(look.capitalize(), shown == look, scale, look) for look in (CHART, TABLE)],
    }


def _chosen(request: HttpRequest, name: str, choices: Mapping[str, Any], default: Any) -> Any:
    """What the address says; it is refused if there is no such thing."""
    said = request.GET.get(name)
    if said is not None and said not in choices:
        raise BadRequest(f'Calls cannot be shown "{name} {said}": {", ".join(choices)} can be chosen.')
    return default if said is None else choices[said]


def _link(label: str, active: bool, scale: Scale, shown: str) -> dict[str, Any]:
    changed = {"by": scale.each if scale is not MINUTES else "", "as": shown if shown != CHART else ""}
    query = urlencode({name: value for name, value in changed.items() if value})
    return {"label": label, "active": active, "url": f"?{query}"}
