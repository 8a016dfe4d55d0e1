"""What to do with the SIMs that were selected in the list; what comes of it is a job that waits to be confirmed."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from extensions.sims import queries
from extensions.sims.bulk.forms import BulkForm
from extensions.sims.bulk.rehearsing import rehearse
from extensions.sims.bulk.selection import selected
from extensions.sims.models import Sim
from iotdash.lib import htmx
from iotdash.lib.lists import BadListQuery
from iotdash.organizations.jobs.selection import NothingSelected, Selection
from iotdash.organizations.roles import OPERATE
from iotdash.organizations.scoping import organization_view
from iotdash.runtime.jobs import TooMany

TEMPLATE = "sims/bulk/choose.html"


@require_POST
@organization_view(OPERATE)
def bulk(request: HttpRequest) -> HttpResponse:
    """From the list without `what`, from its own form with it."""
    try:
        selection = selected(request.membership, request.POST)
        return _chosen(request, selection)
    except (NothingSelected, TooMany, BadListQuery) as error:
        return htmx.render(request, TEMPLATE, {"problem": str(error)}, status=422)


def _chosen(request: HttpRequest, selection: Selection[Sim]) -> HttpResponse:
    asked = "what" in request.POST
    form = BulkForm(request.POST if asked else None, configs=list(queries.configurations(request.organization)))
    if asked and form.is_valid():
        organization, source, key = request.organization, request.source, form.one_time_key
        job = rehearse(organization, selection.rows, form.request, source, key, selection.told)
        return htmx.redirect(request, "organizations:job", request.organization.public_id, job.public_id)
    context = {"form": form, "selection": selection, "count": selection.rows.count()}
    return htmx.render(request, TEMPLATE, context, status=422 if asked else 200)
