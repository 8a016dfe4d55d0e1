"""The text messages of a SIM, and of all SIMs of a configuration."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from extensions.core import registry, targets
from extensions.core.device_pages import Panel
from extensions.core.models import ExtensionConfig
from extensions.core.places import Place, on_device
from extensions.core.services.operations import NotCallable
from extensions.core.targets import Target
from extensions.core.views.lookup import configuration_or_404, device_or_404
from extensions.sims.addresses import messages_url
from extensions.sims.capability import SimCapability
from extensions.sims.messages import RECEIVED, list_context, sends
from extensions.sims.operations import SMS
from extensions.sims.pages import panel_of
from extensions.sims.sync import reports
from extensions.sims.views.lookup import sim_or_404
from iotdash.lib import htmx
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import OPERATE
from iotdash.organizations.scoping import organization_view

ROWS = "sms-rows"
PART = {"sms-list": "sims/messages/_table.html", ROWS: "sims/messages/_rows.html"}


@require_safe
@organization_view()
def of_device(request: HttpRequest, type_id: str, device_id: str, key: str) -> HttpResponse:
    target = _target_or_404(request, type_id, device_id, key)
    return _of_subject(request, "sims/messages/of_device.html", target, on_device(target.device, key))


@require_safe
@organization_view()
def of_sim(request: HttpRequest, sim_id: int) -> HttpResponse:
    panel = _panel_or_404(request, sim_id)
    return _of_subject(request, "sims/messages/of_sim.html", panel.target, panel.place)


def _of_subject(request: HttpRequest, template: str, target: Target, place: Place) -> HttpResponse:
    context = {
        **place.context,
        "subject": target.subject,
        "may_operate": may(request.membership, OPERATE, request.organization),
        "panel_url": place.url,
        "send_url": place.ask_url(SMS),
        "replies_url": f"{messages_url(place)}ask/",
    }
    return _show(request, template, target.config, context)


@require_safe
@organization_view()
def of_configuration(request: HttpRequest, config_id: int) -> HttpResponse:
    config = configuration_or_404(request, config_id)
    _require_messages(config)
    return _show(request, "sims/messages/of_configuration.html", config, {})


@require_POST
@organization_view()
def ask_for_replies(request: HttpRequest, type_id: str, device_id: str, key: str) -> HttpResponse:
    target = _target_or_404(request, type_id, device_id, key)
    return _ask_for_replies(request, target, on_device(target.device, key))


@require_POST
@organization_view()
def ask_for_replies_of_sim(request: HttpRequest, sim_id: int) -> HttpResponse:
    panel = _panel_or_404(request, sim_id)
    return _ask_for_replies(request, panel.target, panel.place)


def _ask_for_replies(request: HttpRequest, target: Target, place: Place) -> HttpResponse:
    if "replies" not in target.manifest.provider.supports:
        raise Http404("This carrier does not tell what SIMs sent.")
    try:
        reports.want_replies(target.config, target.subject)
    except NotCallable as refusal:
        messages.error(request, str(refusal))
    return htmx.redirect(request, f"{messages_url(place)}?show={RECEIVED}")


def _show(request: HttpRequest, template: str, config: ExtensionConfig, context: dict[str, Any]) -> HttpResponse:
    """What is `seen` already is not sent again: whatever somebody is about to do in the list stays."""
    manifest, query = registry.manifest(config.slug), request.GET.copy()
    seen = query.pop("seen", [])
    listed = list_context(config, manifest.provider, query, context.get("subject", ""))
    if htmx.wants_part(request) and request.htmx.target == ROWS and seen == [listed["seen"]]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    query["seen"] = listed["seen"]
    about = {"config": config, "manifest": manifest, "again_url": f"{request.path}?{query.urlencode()}"}
    return htmx.render(request, template, about | context | listed, part=PART)


def _target_or_404(request: HttpRequest, type_id: str, device_id: str, key: str) -> Target:
    device = device_or_404(request, type_id, device_id)
    found = next((each for each in targets.of_device(device) if each.manifest.device_key == key), None)
    if found is None:
        raise Http404("This device is not configured for such an extension.")
    _require_messages(found.config)
    return found


def _panel_or_404(request: HttpRequest, sim_id: int) -> Panel:
    panel = panel_of(sim_or_404(request, sim_id), request.membership)
    _require_messages(panel.target.config)
    return panel


def _require_messages(config: ExtensionConfig) -> None:
    manifest = registry.manifest(config.slug)
    if manifest.capability != SimCapability.name or not sends(config, manifest.provider):
        raise Http404("This service has no text messages.")
