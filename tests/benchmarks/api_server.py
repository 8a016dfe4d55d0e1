"""The product, and other views beside it with the same server and middleware: what gunicorn serves for `bench_api`.

A bare view answers bytes that are known and does nothing: what it takes is what any request costs. The layers do one
thing more each, and answer those bytes too: see who asks by the key; ask the database for the same rows, and make
nothing of them; make JSON of the answer's dictionaries. A plain view is another way to write the whole, for whoever
asks: Django's queries as they come, and its JSON.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from iotdash.wsgi import application  # noqa: F401  sets Django up, and is served by gunicorn
from tests.benchmarks.api_process import BODIES

# isort: split
from devices import documents
from devices.models import Device, DeviceType
from devices.rest import additions, answers, lists
from iotdash import urls
from iotdash.lib.rest.encoding import encoded
from iotdash.organizations.rest.callers import caller_of

_ROWS = 100


@csrf_exempt
def bare(request: HttpRequest, name: str) -> HttpResponse:
    return _answer(_body(name))


def key(request: HttpRequest, name: str, **_: str) -> HttpResponse:
    caller_of(request, "")
    return _answer(_body(name))


def rows(request: HttpRequest, name: str, **ids: str) -> HttpResponse:
    caller_of(request, "")
    _read(**ids)
    return _answer(_body(name))


def json_made(request: HttpRequest, name: str, **ids: str) -> HttpResponse:
    caller_of(request, "")
    _read(**ids)
    return _answer(encoded(_value(name)))


def plain_device(request: HttpRequest, type_id: str, device_id: str) -> HttpResponse:
    device = _whole().get(type_name=type_id, device_id=device_id)
    return JsonResponse({**answers.device(device, device.organization), **additions.of(device)})


def plain_list(request: HttpRequest, type_id: str) -> HttpResponse:
    device_type = DeviceType.objects.select_related("organization").get(organization=1, type_id=type_id)
    return JsonResponse(lists.page_of(device_type.devices.all(), request.GET, device_type.organization))


def _whole() -> QuerySet[Device]:
    whole = Device.objects.select_related("organization", "device_type", *documents.related())
    return whole.filter(organization=1)


def _read(**ids: str) -> None:
    with connection.cursor() as cursor:
        for text, values in _texts(**ids):
            cursor.execute(text, values)
            cursor.fetchall()


@cache
def _texts(type_id: str, device_id: str = "") -> list[tuple[str, Any]]:
    """What the product asks: for a list its first hundred devices, and one more to see whether it goes on."""
    if device_id:
        queries = [_whole().filter(type_name=type_id, device_id=device_id)]
    else:
        types = DeviceType.objects.filter(organization=1, type_id=type_id)
        devices = Device.objects.filter(device_type=types.get()).order_by("device_id", "pk")
        queries = [types, devices.values_list(*answers.DEVICE_FIELDS)[: _ROWS + 1]]
    return [each.query.sql_with_params() for each in queries]


def _answer(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})


@cache
def _body(name: str) -> bytes:
    return (Path(os.environ[BODIES]) / name).read_bytes()


@cache
def _value(name: str) -> Any:
    return json.loads(_body(name))


def _layers() -> Iterator[URLPattern]:
    for view in (key, rows, json_made):
        at = f"api/v0002/{view.__name__}/<slug:name>/device/types/<type_id>/devices"
        yield path(at, view)
        yield path(f"{at}/<device_id>", view)


urlpatterns = [
    path("api/v0002/bare/<slug:name>", bare),
    *_layers(),
    path("api/v0002/plain/device/types/<type_id>/devices/<device_id>", plain_device),
    path("api/v0002/plain/device/types/<type_id>/devices", plain_list),
    *urls.urlpatterns,
]
settings.ROOT_URLCONF = __name__
