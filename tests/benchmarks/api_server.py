"""The product, and other views beside it with the same server and middleware: what gunicorn serves for `bench_api`.

A bare view answers bytes that are known and does nothing: what it takes is what any request costs. A plain one reads
the same rows and makes the same bytes of them, for whoever asks: what it takes is what Django needs for that.
"""

import os
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from iotdash.wsgi import application  # noqa: F401  sets Django up, and is served by gunicorn
from tests.benchmarks.api_process import BODIES

# isort: split
from devices import documents
from devices.models import Device, DeviceType
from devices.rest import additions, answers, lists
from iotdash import urls

_bodies: dict[str, bytes] = {}


@csrf_exempt
def bare(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(_body(name), content_type="application/json", headers={"Cache-Control": "no-store"})


def plain_device(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    whole = Device.objects.select_related("organization", "device_type", *documents.related())
    device = whole.get(organization=1, type_name=type_id, device_id=device_id)
    return JsonResponse({**answers.device(device, device.organization), **additions.of(device)})


def plain_list(request: HttpRequest, type_id: str) -> HttpResponse:
    device_type = DeviceType.objects.select_related("organization").get(organization=1, type_id=type_id)
    return JsonResponse(lists.page_of(device_type.devices.all(), request.GET, device_type.organization))


def _body(name: str) -> bytes:
    if name not in _bodies:
        _bodies[name] = (Path(os.environ[BODIES]) / name).read_bytes()
    return _bodies[name]


urlpatterns = [
    path("api/v0002/bare/<slug:name>", bare),
    path("api/v0002/plain/device/types/<type_id>/devices/<device_id>", plain_device),
    path("api/v0002/plain/device/types/<type_id>/devices", plain_list),
    *urls.urlpatterns,
]
settings.ROOT_URLCONF = __name__
