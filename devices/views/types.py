"""Device types: page, adding, editing and deleting."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from devices import services
from devices.addresses import list_url, type_url
from devices.fields import metadata_text
from devices.forms import AddTypeForm, EditTypeForm
from devices.models import DeviceType
from devices.views.lookup import type_or_404
from devices.views.saving import attempt_edit, confirmation_error, form_page, posted
from iotdash.lib import htmx
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import EDIT_DEVICES
from iotdash.organizations.scoping import organization_view


@organization_view()
def detail(request: HttpRequest, type_id: str) -> HttpResponse:
    device_type = type_or_404(request, type_id)
    context = {
        "device_type": device_type,
        "metadata": metadata_text(device_type.metadata),
        "may_edit": may(request.membership, EDIT_DEVICES, request.organization),
        "devices_url": list_url(request.organization, type=type_id),
    }
    return htmx.render(request, "devices/type.html", context)


@organization_view(EDIT_DEVICES)
def add(request: HttpRequest) -> HttpResponse:
    form = AddTypeForm(posted(request))
    if form.is_valid():
        device_type = form.attempt(lambda: _add(request, form))
        if device_type:
            messages.success(request, f"Device type {device_type.type_id} is added.")
            return htmx.redirect(request, type_url(device_type))
    return form_page(request, "devices/type_add.html", {"form": form})


@organization_view(EDIT_DEVICES)
def edit(request: HttpRequest, type_id: str) -> HttpResponse:
    device_type = type_or_404(request, type_id)
    form = EditTypeForm(posted(request), device_type=device_type)
    context: dict[str, Any] = {"form": form, "device_type": device_type}
    if form.is_valid() and attempt_edit(form, lambda: _save(request, device_type, form), context):
        messages.success(request, f"Device type {type_id} is saved.")
        return htmx.redirect(request, type_url(device_type))
    return form_page(request, "devices/type_edit.html", context)


@organization_view(EDIT_DEVICES)
def delete(request: HttpRequest, type_id: str) -> HttpResponse:
    device_type = type_or_404(request, type_id)
    context = {"device_type": device_type, "devices_url": list_url(request.organization, type=type_id)}
    if request.method == "POST":
        context["error"] = confirmation_error(request, type_id, "type ID")
        context["refusal"] = "" if context["error"] else _delete(request, device_type)
        if not context["error"] and not context["refusal"]:
            messages.success(request, f"Device type {type_id} is deleted.")
            return htmx.redirect(request, "devices:types", request.organization.public_id)
    return form_page(request, "devices/type_delete.html", {**context, "in_use": device_type.devices.exists()})


def _add(request: HttpRequest, form: AddTypeForm) -> DeviceType:
    data = form.cleaned_data
    return services.add_type(
        request.organization,
        request.source,
        type_id=data["type_id"],
        class_id=data["class_id"],
        description=data["description"],
        info=form.info,
        metadata=data["metadata"],
    )


def _save(request: HttpRequest, device_type: DeviceType, form: EditTypeForm) -> DeviceType:
    data = form.cleaned_data
    return services.edit_type(
        device_type,
        request.source,
        description=data["description"],
        info=form.info,
        metadata=data["metadata"] or {},
        expected=data["seen"],
    )


def _delete(request: HttpRequest, device_type: DeviceType) -> str:
    """Why it was refused, or ""."""
    try:
        services.delete_type(device_type, request.source)
    except services.TypeInUse as refusal:
        return str(refusal)
    return ""
