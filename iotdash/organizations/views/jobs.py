"""The jobs tab: the list, a job with its progress and items, steering it, and its results as a file."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from iotdash.lib import downloads, htmx
from iotdash.organizations.authorization import authorize, may
from iotdash.organizations.jobs import again, listing, queries
from iotdash.organizations.jobs.forms import ConfirmForm
from iotdash.organizations.roles import EXPORT
from iotdash.organizations.scoping import organization_view
from iotdash.runtime.jobs import kind_of, steering
from iotdash.runtime.models import Job

FOLDER = "organizations/jobs"
ENDED = "job:ended"
_HELD = "It is held until its time comes."
_STEPS = {
    "send-now": (steering.send_now, "It begins now."),
    "pause": (steering.pause, "Paused. What is under way goes on to its end."),
    "resume": (steering.resume, "It goes on."),
    "cancel": (steering.cancel, "Cancelled. What was sent already goes on to its end."),
}


@require_safe
@organization_view()
def job_list(request: HttpRequest) -> HttpResponse:
    context = listing.jobs(request)
    return htmx.render(request, f"{FOLDER}/list.html", context, part={"jobs": f"{FOLDER}/_list.html"})


@require_safe
@organization_view()
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    found = _job_or_404(request, job_id)
    items = f"{FOLDER}/_items.html"
    parts = {"progress": f"{FOLDER}/_progress.html", "items": items, "item-rows": items}
    answer = htmx.render(request, f"{FOLDER}/job.html", _context(request, found), part=parts)
    if request.htmx.target == "progress" and found.ended:
        # The items are asked for less often, and would stand as waiting beside "Finished".
        answer["HX-Trigger"] = ENDED
    return answer


@require_POST
@organization_view()
def confirm(request: HttpRequest, job_id: UUID) -> HttpResponse:
    found = _steered_or_404(request, job_id)
    form = ConfirmForm(request.POST, job=found)
    # One that is not to be confirmed any more is told so, whatever was typed.
    if not form.is_valid() and found.state == Job.State.REHEARSED:
        return htmx.invalid(request, f"{FOLDER}/job.html", _context(request, found, form))
    return _after(request, found, lambda: _confirm(request, found, form), "It is on its way.")


@require_POST
@organization_view()
def steer(request: HttpRequest, job_id: UUID, step: str) -> HttpResponse:
    found = _steered_or_404(request, job_id)
    if step not in _STEPS:
        raise Http404("There is nothing at this address.")
    act, sentence = _STEPS[step]
    return _after(request, found, lambda: act(found, request.source), sentence)


@require_POST
@organization_view()
def discard(request: HttpRequest, job_id: UUID) -> HttpResponse:
    found = _steered_or_404(request, job_id)
    try:
        steering.discard(found, request.source)
    except steering.TooLate as error:
        messages.warning(request, str(error))
        return _to_job(request, found)
    messages.success(request, "The rehearsal is discarded. Nothing was done.")
    return htmx.redirect(request, "organizations:jobs", request.organization.public_id)


@require_safe
@organization_view(EXPORT)
def results(request: HttpRequest, job_id: UUID, form: str) -> StreamingHttpResponse:
    found = _job_or_404(request, job_id)
    name = slugify(found.title) or "job"
    return downloads.table(f"{name}-results", form, queries.RESULT_HEADINGS, queries.results(found))


def _confirm(request: HttpRequest, found: Job, form: ConfirmForm) -> None:
    stop_after = form.cleaned_data.get("stop_after")
    steering.confirm(found, request.source, held_until=form.held_until, stop_after=stop_after)


def _after(request: HttpRequest, found: Job, act, sentence: str) -> HttpResponse:
    try:
        act()
    except steering.TooLate as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _HELD if found.state == Job.State.HELD else sentence)
    return _to_job(request, found)


def _context(request: HttpRequest, found: Job, form: ConfirmForm | None = None) -> dict[str, Any]:
    listed = listing.items(request, found)
    kind = kind_of(found)
    may_steer = bool(kind) and may(request.membership, kind.action, request.organization)
    rehearsed = found.state == Job.State.REHEARSED
    return listed | {
        "job": found,
        "progress": queries.progress(found),
        "reasons": queries.reasons(found) if rehearsed else [],
        "may_export": may(request.membership, EXPORT, request.organization),
        "may_steer": may_steer,
        "again_url": again.address(found) if may_steer and found.ended else "",
        "confirm_form": (form or ConfirmForm(job=found)) if rehearsed else None,
    }


def _job_or_404(request: HttpRequest, job_id: UUID) -> Job:
    found = queries.find(request.organization, job_id)
    if found is None:
        raise Http404("This organization has no such job.")
    return found


def _steered_or_404(request: HttpRequest, job_id: UUID) -> Job:
    """The kind says who may: whoever could have asked for it. Raises NotAllowed."""
    found = _job_or_404(request, job_id)
    kind = kind_of(found)
    if kind is None:
        raise Http404("What does this kind of work is not installed.")
    authorize(request.membership, kind.action, request.organization)
    return found


def _to_job(request: HttpRequest, found: Job) -> HttpResponse:
    return htmx.redirect(request, "organizations:job", request.organization.public_id, found.public_id)
