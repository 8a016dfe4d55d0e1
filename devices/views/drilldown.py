"""A device's page."""

from django.http import HttpRequest, HttpResponse

from devices import facets
from devices.sections import sections_of
from devices.views.lookup import device_or_404
from iotdash.lib import htmx
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import EDIT_DEVICES
from iotdash.organizations.scoping import organization_view


@organization_view()
def device(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    found = device_or_404(request, type_id, device_id, facets.related())
    context = {
        "device": found,
        "sections": sections_of(request, found),
        "may_edit": may(request.membership, EDIT_DEVICES, request.organization),
    }
    return htmx.render(request, "devices/device.html", context)
