"""The card "Devices" on an organization's overview."""

from typing import Any

from django.http import HttpRequest

from devices import queries
from devices.addresses import list_url
from iotdash.lib.cards import Card, CardContent
from iotdash.lib.lists import bounded_count
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import EDIT_DEVICES

SHOWN_TYPES = 6


def render(request: HttpRequest, organization: Any, membership: Any) -> CardContent:
    """The numbers of devices, of those with an alert, and of the first types, each linked to its list."""
    types = queries.with_device_counts(queries.types_of(organization).defer("metadata"))
    found = list(types[: SHOWN_TYPES + 1])
    rows = [
        {"type": each, "count": queries.device_count(each), "url": list_url(organization, type=each.type_id)}
        for each in found[:SHOWN_TYPES]
    ]
    context = {
        "count": bounded_count(organization.devices.all()),
        "alerts": bounded_count(organization.devices.filter(alert_enabled=True)),
        "alerts_url": list_url(organization, alert="on"),
        "rows": rows,
        "more_types": len(found) > SHOWN_TYPES,
        "list_url": list_url(organization),
        "may_edit": may(membership, EDIT_DEVICES, organization),
    }
    return CardContent("devices/overview_card.html", context)


CARD = Card("devices", order=10, render=render)
