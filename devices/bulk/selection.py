"""Which devices are meant: those that were ticked, or all that the list's filter finds."""

from django.http import QueryDict

from devices.listing.devices import asked_of
from devices.models import Device
from iotdash.organizations.jobs import again, selection
from iotdash.organizations.jobs.selection import Selectable, Selection
from iotdash.organizations.models import Organization

TICKED, PAGE = "device", "devices:bulk"


def selected(organization: Organization, given: QueryDict) -> Selection[Device]:
    """Raises NothingSelected, TooMany, and BadListQuery for a filter that there is not."""
    devices = Device.objects.filter(organization=organization)
    jobs = again.jobs_of(organization, PAGE)
    return selection.selected(
        given, Selectable(TICKED, "devices", devices, lambda query: asked_of(organization, query), jobs)
    )
