"""Importing devices: upload a table, say what its columns are, look at every problem, confirm."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from devices.importing import checking, queries, services
from devices.importing.columns import NAMING, REGISTRATION
from devices.importing.forms import ColumnsForm, UploadForm, labelled
from devices.importing.jobs import too_many_together
from devices.importing.judging import ADD, SAME, UPDATE
from devices.importing.reading import LIMITS
from devices.importing.works import WORKS, work_of
from devices.models import DeviceImport
from devices.views.saving import posted
from iotdash.lib import downloads, htmx
from iotdash.lib.lists import Column, ListState, bounded_count, page
from iotdash.lib.spreadsheets import FileRefused
from iotdash.lib.spreadsheets.rows import MEGABYTE
from iotdash.organizations.listing import around
from iotdash.organizations.roles import IMPORT_DEVICES
from iotdash.organizations.scoping import organization_view

FOLDER = "devices/importing"
COLUMNS = (Column("row", "Row", order_by="pk"),)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@organization_view(IMPORT_DEVICES)
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(posted(request), request.FILES or None)
    if form.is_valid() and (kept := _kept(request, form)):
        return _to_import(request, kept)
    context = {
        "form": form,
        "imports": queries.newest(request.organization),
        "registration": REGISTRATION,
        "configuration": _configuration_columns(request),
    }
    return htmx.render(request, f"{FOLDER}/upload.html", context, status=422 if form.errors else 200)


@form_page
@organization_view(IMPORT_DEVICES)
def device_import(request: HttpRequest, device_import_id: UUID) -> HttpResponse:
    """What its columns are, and what the dry run found."""
    found = _import_or_404(request, device_import_id)
    if found.job_id:
        return htmx.redirect(request, "organizations:job", request.organization.public_id, found.job_id)
    form = ColumnsForm(posted(request), found=found, columns=work_of(found).columns(request.organization))
    if form.is_valid():
        services.change(found, form.chosen, update=form.cleaned_data["update"])
        return _to_import(request, found)
    status = 422 if form.errors else 200
    context = _context(request, found) | {"form": form}
    part = {"problems": f"{FOLDER}/_problems.html"}
    return htmx.render(request, f"{FOLDER}/import.html", context, part=part, status=status)


@require_POST
@organization_view(IMPORT_DEVICES)
def confirm(request: HttpRequest, device_import_id: UUID) -> HttpResponse:
    found = _import_or_404(request, device_import_id)
    together = request.POST.get("mode") == "together"
    try:
        job = services.confirm(request.source, found, request.POST.get("seen", ""), together=together)
    except services.ImportRefused as refusal:
        _say_why_not(request, found, refusal)
        return _to_import(request, found)
    return htmx.redirect(request, "organizations:job", request.organization.public_id, job.public_id)


@require_safe
@organization_view(IMPORT_DEVICES)
def problems(request: HttpRequest, device_import_id: UUID) -> StreamingHttpResponse:
    found = _import_or_404(request, device_import_id)
    name = downloads.named_after(found.file_name, "problems")
    return downloads.table(name, downloads.CSV, *queries.problem_table(found))


def _kept(request: HttpRequest, form: UploadForm) -> DeviceImport | None:
    """None if it was refused: the form says why."""
    given = form.cleaned_data
    # One byte more is enough to know that it is too large.
    raw, name = given["file"].read(LIMITS.megabytes * MEGABYTE + 1), given["file"].name
    try:
        return services.keep(request.source, request.organization, given["what"], name, raw, update=given["update"])
    except FileRefused as refusal:
        form.add_error("file", str(refusal))
        return None


def _say_why_not(request: HttpRequest, found: DeviceImport, refusal: services.ImportRefused) -> None:
    """Who clicked twice has what they wanted: the file is gone because its job is there."""
    found.refresh_from_db(fields=["job_id"])
    if found.job_id:
        messages.info(request, "This file was confirmed already. This is its job.")
    else:
        messages.error(request, str(refusal))


def _context(request: HttpRequest, found: DeviceImport) -> dict[str, Any]:
    """Raises BadListQuery."""
    state = ListState.from_query(request.GET, COLUMNS, default_sort="row", default_size=100)
    rows = queries.problems(found)
    listed = page(rows, order_by=state.order_by, cursor=state.cursor, size=state.size)
    counts = {name: found.found.get(name, 0) for name in (checking.ROWS, checking.FAILING, checking.PROBLEMS)}
    changes = {name: found.found.get(name, 0) for name in (ADD, UPDATE, SAME)}
    doing, too_many = changes[ADD] + changes[UPDATE], too_many_together(found.what, changes[UPDATE])
    return around(request, state, listed, bounded_count(rows), "problem") | {
        "import": found,
        "result": found.found | counts | changes,
        "doing": doing,
        "together": doing and not counts[checking.FAILING] and not too_many,
        "too_many": too_many,
        "rows": [(each, queries.place(each)) for each in listed.rows],
        "by_column": queries.by_column(found),
        "unread": [
            labelled(index, heading) for index, heading in enumerate(found.headings) if not found.columns[index]
        ],
    }


def _configuration_columns(request: HttpRequest) -> list:
    columns = WORKS[DeviceImport.What.CONFIGURATION].columns(request.organization)
    return [column for column in columns if column not in NAMING]


def _import_or_404(request: HttpRequest, import_id: UUID) -> DeviceImport:
    found = queries.find(request.organization, import_id)
    if found is None:
        raise Http404("This organization has no such import.")
    return found


def _to_import(request: HttpRequest, found: DeviceImport) -> HttpResponse:
    return htmx.redirect(request, "devices:import", request.organization.public_id, found.public_id)
