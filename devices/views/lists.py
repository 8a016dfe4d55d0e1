"""Both lists: page or fragment from one view and one context."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from devices.listing.devices import device_list_context
from devices.listing.types import type_list_context
from iotdash.lib import htmx
from iotdash.lib.lists import BadListQuery
from iotdash.organizations.scoping import organization_view


@organization_view()
def device_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, device_list_context, "devices/list.html", "devices/_list.html")


@organization_view()
def type_list(request: HttpRequest) -> HttpResponse:
    return list_page(request, type_list_context, "devices/types.html", "devices/_types.html")


def list_page(
    request: HttpRequest, make: Callable[[HttpRequest], dict[str, Any]], template: str, part: str
) -> HttpResponse:
    try:
        context = make(request)
    except BadListQuery as error:
        return htmx.render(request, "components/bad_list.html", {"sentence": str(error)}, status=400)
    return htmx.render(request, template, context, part=part)
