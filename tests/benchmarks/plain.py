"""What a list costs at least, one measure for all: a view without middleware that shows 50 rows of the device list."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from devices.models import Device

URL = "/plain/"
MIDDLEWARE = ["tests.benchmarks.plain.only_plain"]
TEMPLATE = engines["django"].from_string(
    """<!doctype html><title>Devices</title><table>{% for device in devices %}
<tr><th><a href="/{{ device.device_type.type_id }}/{{ device.device_id }}/">{{ device.device_id }}</a></th>
<td>{{ device.device_type.type_id }}</td><td>{{ device.serial_number }}</td><td>{{ device.model }}</td>
<td>{% for key in device.configuration.document %}<span>{{ key }}</span>{% endfor %}</td>
<td>{% for sim in device.sims.all %}<span>{{ sim.state }}</span>{% endfor %}</td>
<td>{{ device.registered_at|date:"j M Y, H:i" }}</td></tr>{% endfor %}</table>"""
)


def plain_list(request: HttpRequest) -> HttpResponse:
    # All from indexes: the types by a query of their own, because joined SQLite sorts the whole table.
    devices = Device.objects.defer("metadata").prefetch_related("device_type", "configuration", "sims")
    shown = devices.filter(organization=1).order_by("device_id")[:50]
    return HttpResponse(TEMPLATE.render({"devices": shown}, request))


urlpatterns = [path(URL[1:], plain_list)]


def only_plain(get_response: Callable) -> Callable:
    """The only middleware: routes every request to the view above."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__
        return get_response(request)

    return middleware
