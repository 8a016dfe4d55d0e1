"""A device's token: issued by a POST, shown once on a page of its own that may be reloaded."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from devices import services
from devices.addresses import device_url
from devices.models import Device
from devices.views.lookup import device_or_404
from iotdash.lib import htmx, shown_once
from iotdash.organizations.roles import EDIT_DEVICES
from iotdash.organizations.scoping import organization_view

_WAITING = "device_token"


@organization_view(EDIT_DEVICES)
@never_cache
def token(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    device = device_or_404(request, type_id, device_id)
    if request.method == "POST":
        return show_token(request, device, services.reissue_token(device, request.source))
    return htmx.render(request, "devices/token.html", {"device": device})


@organization_view(EDIT_DEVICES)
@require_GET
@never_cache
def token_shown(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    """Issues nothing. The second view says that the token was shown already."""
    device = device_or_404(request, type_id, device_id)
    context = {"device": device, "token": shown_once.take(request, _WAITING, device.pk)}
    return htmx.render(request, "devices/token_shown.html", context)


def show_token(request: HttpRequest, device: Device, token: str) -> HttpResponse:
    """To the page that shows it."""
    shown_once.keep(request, _WAITING, device.pk, token)
    return htmx.redirect(request, device_url(device, "token_shown"))
