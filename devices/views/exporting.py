"""The device list as a file."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from devices.listing.exporting import exported
from iotdash.lib import downloads
from iotdash.organizations.roles import EXPORT
from iotdash.organizations.scoping import organization_view


@require_safe
@organization_view(EXPORT)
def device_list(request: HttpRequest, form: str) -> HttpResponseBase:
    headings, rows = exported(request.organization, request.GET)
    return downloads.table(f"devices-{request.organization.public_id}", form, headings, rows)
