"""A device's token: issued by a POST, shown once on a page of its own that may be reloaded."""

import time

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from devices import services
from devices.addresses import device_url
from devices.models import Device
from devices.views.lookup import device_or_404
from iotdash.lib import crypto, htmx
from iotdash.organizations.roles import EDIT_DEVICES
from iotdash.organizations.scoping import organization_view

SHOWN_WITHIN_SECONDS = 600
_SESSION_KEY = "device_token"


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
    context = {"device": device, "token": _take(request, device)}
    return htmx.render(request, "devices/token_shown.html", context)


def show_token(request: HttpRequest, device: Device, token: str) -> HttpResponse:
    """To the page that shows it. Until then it waits encrypted in the session; one at a time."""
    request.session[_SESSION_KEY] = crypto.encrypt_json([device.pk, token, time.time()])
    return htmx.redirect(request, device_url(device, "token_shown"))


def _take(request: HttpRequest, device: Device) -> str:
    """The token that waits for this device, "" if there is none; it does not wait any longer then."""
    waiting = request.session.pop(_SESSION_KEY, None)
    if waiting is None:
        return ""
    try:
        device_pk, token, issued_at = crypto.decrypt_json(waiting)
    except crypto.CryptoError:
        return ""
    fresh = device_pk == device.pk and time.time() - issued_at < SHOWN_WITHIN_SECONDS
    return token if fresh else ""
