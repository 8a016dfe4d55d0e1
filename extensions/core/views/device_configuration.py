"""The JSON of a device: the editor's page, Confirm changes, and the check while typing."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from devices.models import Device
from extensions.core import device_pages
from extensions.core.forms import DeviceConfigurationForm
from extensions.core.services import device_configuration
from extensions.core.services.device_configuration import Invalid, Stale, Validation
from extensions.core.views.lookup import device_or_404
from iotdash.lib import htmx
from iotdash.organizations.roles import CONFIGURE_DEVICES, SEE
from iotdash.organizations.scoping import organization_view

PAGE = "extensions/device/configuration.html"
# What htmx swaps: on the drilldown the person stays there.
EDITOR = "extensions/device/_configuration.html"
STALE = "extensions/device/stale.html"
PROBLEMS = "components/json_problems.html"


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(SEE, post=CONFIGURE_DEVICES)
def edit(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    """Everybody reads; who may change device configuration confirms."""
    device = device_or_404(request, type_id, device_id)
    if request.method != "POST":
        return htmx.render(request, PAGE, device_pages.editing_context(request, device))
    return _confirm(request, device)


def _confirm(request: HttpRequest, device: Device) -> HttpResponse:
    form = DeviceConfigurationForm(request.POST)
    if not form.is_valid():
        return htmx.invalid(request, PAGE, device_pages.editing_context(request, device, form), part=EDITOR)
    text, version = form.cleaned_data["document"], form.cleaned_data["version"]
    try:
        device_configuration.confirm(device, text, version, request.source)
    except Invalid as invalid:
        context = device_pages.editing_context(request, device, form)
        context["problems"] = device_pages.markers_of(invalid.validation)
        return htmx.invalid(request, PAGE, context, part=EDITOR)
    except Stale as stale:
        return htmx.render(request, STALE, _stale_context(device, text, stale), status=409)
    return _confirmed(request, device, device_configuration.validate(device, text))


def _confirmed(request: HttpRequest, device: Device, validation: Validation) -> HttpResponse:
    messages.success(request, "The device configuration is confirmed.")
    for warning in validation.warnings:
        messages.warning(request, f"Confirmed, but look again at {warning.where}: {warning.message}")
    # By htmx without the section: the address would differ in that alone, and the browser would not load it anew.
    section = "" if htmx.wants_part(request) else "#section-extension-configuration"
    return htmx.redirect(request, f"{_device_url(request, device)}{section}")


def _stale_context(device: Device, text: str, stale: Stale) -> dict[str, Any]:
    """The newer text and the typed one; the form in it is for the newer version."""
    version = stale.current.version
    return {
        "device": device,
        "current": stale.current,
        "newer": device_configuration.as_text(stale.current.document),
        "form": DeviceConfigurationForm(initial={"document": text, "version": version}),
    }


@require_POST
@organization_view(CONFIGURE_DEVICES)
def check(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    """What is wrong with the text so far, by the validator that confirms it."""
    device = device_or_404(request, type_id, device_id)
    validation = device_configuration.validate(device, request.POST.get("document", ""))
    problems = device_pages.markers_of(validation)
    context = {"problems": problems, "problems_json": json.dumps(problems), "live": True}
    return htmx.render(request, PROBLEMS, context)


def _device_url(request: HttpRequest, device: Device) -> str:
    where = {"type_id": device.device_type.type_id, "device_id": device.device_id}
    return reverse("devices:device", kwargs={"org": request.organization.public_id, **where})
