"""What to do with the devices that were selected in the list; what comes of it is a job that waits to be confirmed."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from devices.bulk import actions, tagging
from devices.bulk.forms import BulkTagsForm
from devices.bulk.selection import selected
from devices.models import Device
from devices.tags import queries
from iotdash.lib import htmx
from iotdash.lib.lists import BadListQuery
from iotdash.organizations.authorization import may
from iotdash.organizations.jobs.selection import NothingSelected, Selection
from iotdash.organizations.roles import EDIT_DEVICES
from iotdash.organizations.scoping import organization_view
from iotdash.runtime.jobs import TooMany

TEMPLATE = "devices/bulk/choose.html"


@require_POST
@organization_view(EDIT_DEVICES)
def bulk(request: HttpRequest) -> HttpResponse:
    """From the list without `what`, from its own form with it."""
    try:
        return _chosen(request, selected(request.organization, request.POST))
    except (NothingSelected, TooMany, BadListQuery) as error:
        return htmx.render(request, TEMPLATE, {"problem": str(error)}, status=422)


def _chosen(request: HttpRequest, selection: Selection[Device]) -> HttpResponse:
    organization, asked = request.organization, "what" in request.POST
    form = BulkTagsForm(request.POST if asked else None, known=queries.names(organization))
    if asked and form.is_valid():
        data, key = form.cleaned_data, form.one_time_key
        what, tags, told = data["what"], data["tags"], selection.told
        job = tagging.rehearse(organization, selection.rows, what, tags, request.source, key, told)
        return htmx.redirect(request, "organizations:job", organization.public_id, job.public_id)
    context = {
        "form": form,
        "selection": selection,
        "count": selection.rows.count(),
        "actions": [each for each in actions.actions() if may(request.membership, each.action, organization)],
        "of": (actions.OF, actions.DEVICES),
    }
    return htmx.render(request, TEMPLATE, context, status=422 if asked else 200)
