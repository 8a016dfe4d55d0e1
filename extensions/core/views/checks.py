"""The answer to a connection check, polled until it is there."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from extensions.core import queries
from extensions.core.views.outcome import outcome_context
from extensions.core.views.settings_page import OUTCOME
from iotdash.lib import htmx
from iotdash.organizations.roles import MANAGE_EXTENSIONS
from iotdash.organizations.scoping import organization_view

ANSWERED = "check:answered"


@require_safe
@organization_view(MANAGE_EXTENSIONS)
def check(request: HttpRequest, check_id: UUID) -> HttpResponse:
    found = queries.check_of(request.organization, check_id)
    if found is None:
        raise Http404("This check is forgotten; checks are kept for an hour.")
    answer = htmx.render(request, "extensions/check.html", outcome_context(found), part=OUTCOME)
    if not found.pending:
        # What the page shows of the configuration's health, and of what it synchronises, is old now.
        answer["HX-Trigger"] = ANSWERED
    return answer
