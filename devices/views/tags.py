"""The tags of a device, and those of the organization."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse

from devices.addresses import device_url
from devices.models import Tag
from devices.services import DevicesError
from devices.tags import queries, services
from devices.tags.forms import DeviceTagsForm, EditTagForm
from devices.tags.listing import tag_list_context
from devices.views.lookup import device_or_404
from devices.views.saving import form_page, posted
from iotdash.lib import htmx
from iotdash.organizations.roles import EDIT_DEVICES
from iotdash.organizations.scoping import organization_view


@organization_view(EDIT_DEVICES)
def of_device(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    device = device_or_404(request, type_id, device_id)
    known = queries.names(request.organization)
    initial = {"tags": [tag.name for tag in queries.of_device(device)]}
    form = DeviceTagsForm(posted(request), known=known, initial=initial)
    if form.is_valid():
        try:
            services.set_tags(device, form.cleaned_data["tags"], request.source)
        except (DevicesError, ValidationError) as refusal:
            form.add_error("tags", refusal if isinstance(refusal, ValidationError) else str(refusal))
        else:
            messages.success(request, f"The tags of device {device_id} are saved.")
            return htmx.redirect(request, device_url(device))
    return form_page(request, "devices/tags/of_device.html", {"form": form, "device": device})


@organization_view()
def tag_list(request: HttpRequest) -> HttpResponse:
    return htmx.render(request, "devices/tags/list.html", tag_list_context(request), part="devices/tags/_list.html")


@organization_view(EDIT_DEVICES)
def edit(request: HttpRequest, tag_id: int) -> HttpResponse:
    tag = _tag_or_404(request, tag_id)
    was = tag.name
    form = EditTagForm(posted(request), instance=_tag_or_404(request, tag_id))
    if form.is_valid():
        try:
            services.edit_tag(tag, form.cleaned_data["name"], form.cleaned_data["colour"], request.source)
        except DevicesError as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"Tag {tag.name} is saved.")
            return htmx.redirect(request, "devices:tags", request.organization.public_id)
    return form_page(request, "devices/tags/edit.html", {"form": form, "tag": tag, "was": was})


@organization_view(EDIT_DEVICES)
def delete(request: HttpRequest, tag_id: int) -> HttpResponse:
    tag = _tag_or_404(request, tag_id)
    if request.method == "POST":
        services.delete_tag(tag, request.source)
        messages.success(request, f"Tag {tag.name} is deleted. Its devices stay.")
        return htmx.redirect(request, "devices:tags", request.organization.public_id)
    counted = queries.with_device_counts(request.organization.tags.filter(pk=tag_id)).get()
    context = {"tag": tag, "count": queries.device_count(counted)}
    return htmx.render(request, "devices/tags/delete.html", context)


def _tag_or_404(request: HttpRequest, tag_id: int) -> Tag:
    try:
        return queries.tag_of(request.organization, tag_id)
    except (Tag.DoesNotExist, OverflowError):
        raise Http404("This organization has no such tag.") from None
