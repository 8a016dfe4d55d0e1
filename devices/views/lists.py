"""Both lists: page or fragment from one view and one context."""

from django.http import HttpRequest, HttpResponse

from devices.listing.devices import device_list_context
from devices.listing.types import type_list_context
from iotdash.lib import htmx
from iotdash.organizations.scoping import organization_view


@organization_view()
def device_list(request: HttpRequest) -> HttpResponse:
    return htmx.render(request, "devices/list.html", device_list_context(request), part="devices/_list.html")


@organization_view()
def type_list(request: HttpRequest) -> HttpResponse:
    return htmx.render(request, "devices/types.html", type_list_context(request), part="devices/_types.html")
