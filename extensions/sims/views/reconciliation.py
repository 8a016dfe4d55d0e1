"""SIMs and devices that do not fit: what was found, section by section, and what people say of proposed links."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from extensions.sims import queries
from extensions.sims.models import LinkProposal
from extensions.sims.reconciling import accepting, accepting_many, choosing, comparing, listing
from extensions.sims.reconciling.accepting import NotAccepted
from extensions.sims.reconciling.sections import BY_SLUG, PROPOSALS, Section
from iotdash.lib import downloads, htmx
from iotdash.lib.lists import BadListQuery
from iotdash.organizations.jobs.forms import OneTimeForm
from iotdash.organizations.roles import CONFIGURE_DEVICES, EXPORT
from iotdash.organizations.scoping import organization_view
from iotdash.runtime.jobs import TooMany

FOLDER = "sims/reconciliation"
_ANSWERS = {
    "accept": (accepting.accept, "SIM {0.subject} is in device {0.device.device_id} now."),
    "refuse": (accepting.refuse, "Refused. It is not offered again."),
    "offer-again": (accepting.offer_again, "It is offered again, unless it is ambiguous."),
}


@require_safe
@organization_view()
def overview(request: HttpRequest) -> HttpResponse:
    return htmx.render(request, f"{FOLDER}/overview.html", listing.overview_context(request))


@require_safe
@organization_view()
def section(request: HttpRequest, section: str) -> HttpResponse:
    context = listing.section_context(request, _section_or_404(section))
    part = {"reconciliation": f"{FOLDER}/_list.html"}
    return htmx.render(request, f"{FOLDER}/section.html", context, part=part)


@require_safe
@organization_view(EXPORT)
def export(request: HttpRequest, section: str, form: str) -> HttpResponseBase:
    found = _section_or_404(section)
    headings, rows = listing.exported(request.membership, found, request.GET)
    return downloads.table(f"reconciliation-{found.slug}", form, headings, rows)


@require_POST
@organization_view(CONFIGURE_DEVICES)
def compare(request: HttpRequest) -> HttpResponse:
    comparing.ask(request.organization, request.source)
    messages.success(request, "SIMs and devices are being compared. Look again in a moment.")
    return htmx.redirect(request, "sims:reconciliation", request.organization.public_id)


@require_POST
@organization_view(CONFIGURE_DEVICES)
def answer(request: HttpRequest, proposal_id: int, answer: str) -> HttpResponse:
    """What somebody says of one proposal."""
    if answer not in _ANSWERS or not _proposals(request).filter(pk=proposal_id).exists():
        raise Http404("This organization has no such proposal (any more).")
    act, sentence = _ANSWERS[answer]
    try:
        proposal = act(request.organization, proposal_id, request.source)
    except NotAccepted as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence.format(proposal))
    return htmx.redirect(request, _back(request))


@require_POST
@organization_view(CONFIGURE_DEVICES)
def accept_many(request: HttpRequest) -> HttpResponse:
    """What comes of it is a job that waits to be confirmed."""
    form = OneTimeForm(request.POST)
    key = form.one_time_key if form.is_valid() else None
    try:
        job = accepting_many.rehearse(choosing.chosen(request.membership, request.POST), request.source, key)
    except (choosing.NothingChosen, TooMany, BadListQuery) as problem:
        messages.error(request, str(problem))
        return htmx.redirect(request, _back(request))
    return htmx.redirect(request, "organizations:job", request.organization.public_id, job.public_id)


def _proposals(request: HttpRequest):
    return LinkProposal.objects.filter(config__in=queries.configurations(request.organization))


def _back(request: HttpRequest) -> str:
    """The list as it was."""
    url = reverse("sims:reconciliation_section", args=[request.organization.public_id, PROPOSALS.slug])
    query = QueryDict(request.POST.get("query", "")).urlencode()
    return f"{url}?{query}" if query else url


def _section_or_404(slug: str) -> Section:
    if slug not in BY_SLUG:
        raise Http404("The reconciliation has no such section.")
    return BY_SLUG[slug]
