"""Adding, editing and deleting a device."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from devices import services
from devices.addresses import device_url, list_url
from devices.forms import AddDeviceForm, EditDeviceForm
from devices.models import Device
from devices.queries import types_of
from devices.views.lookup import device_or_404
from devices.views.saving import attempt_edit, confirmation_error, form_page, posted
from devices.views.tokens import show_token
from iotdash.lib import htmx
from iotdash.organizations.roles import EDIT_DEVICES
from iotdash.organizations.scoping import organization_view


@organization_view(EDIT_DEVICES)
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    if not types_of(request.organization).exists():
        return htmx.render(request, "devices/add_without_type.html")
    initial = {"device_type": request.GET.get("type", "")}
    form = AddDeviceForm(posted(request), organization=request.organization, initial=initial)
    if form.is_valid():
        chosen = form.cleaned_data["device_type"]
        added = form.attempt(lambda: services.add_device(chosen, form.new_device, request.source))
        if added:
            return show_token(request, added.device, added.token)
    return form_page(request, "devices/add.html", {"form": form})


@organization_view(EDIT_DEVICES)
def edit(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    device = device_or_404(request, type_id, device_id)
    form = EditDeviceForm(posted(request), device=device)
    context: dict[str, Any] = {"form": form, "device": device}
    if form.is_valid() and attempt_edit(form, lambda: _save(request, device, form), context):
        messages.success(request, f"Device {device_id} is saved.")
        return htmx.redirect(request, device_url(device))
    return form_page(request, "devices/edit.html", context)


@organization_view(EDIT_DEVICES)
def delete(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    device = device_or_404(request, type_id, device_id)
    context: dict[str, Any] = {"device": device}
    if request.method == "POST":
        context["error"] = confirmation_error(request, device_id, "device ID")
        if not context["error"]:
            services.delete_device(device, request.source)
            messages.success(request, f"Device {device_id} of type {type_id} is deleted.")
            return htmx.redirect(request, list_url(request.organization))
    return form_page(request, "devices/delete.html", context)


def _save(request: HttpRequest, device: Device, form: EditDeviceForm) -> Device:
    return services.edit_device(
        device,
        request.source,
        info=form.info,
        metadata=form.metadata,
        location=form.location_change,
        expected=form.cleaned_data["seen"],
    )
