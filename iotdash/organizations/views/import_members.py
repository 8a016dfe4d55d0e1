"""The Import tab: upload a file, say what its columns are, look at every row, confirm, see what became of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iotdash.lib import downloads, htmx
from iotdash.organizations.invitations.errors import InvitationRefused
from iotdash.organizations.invitations.importing import results as result_files
from iotdash.organizations.invitations.importing import services
from iotdash.organizations.invitations.importing.columns import PLATFORM_ROLES
from iotdash.organizations.invitations.importing.files import MOST_BYTES, FileRefused
from iotdash.organizations.invitations.importing.forms import ColumnsForm, UploadForm
from iotdash.organizations.models import MemberImport
from iotdash.organizations.roles import MANAGE_INVITATIONS
from iotdash.organizations.scoping import organization_view
from iotdash.organizations.views.invitations import mail_context, posted

FOLDER = "organizations/import_members"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@organization_view(MANAGE_INVITATIONS)
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(posted(request), request.FILES or None)
    if form.is_valid() and (kept := _kept(request, form)):
        return _to_import(request, kept)
    context = {
        "form": form,
        "imports": services.newest(request.organization),
        "platform_roles": [(token.upper(), role.label) for token, role in PLATFORM_ROLES.items()],
        **mail_context(request),
    }
    return htmx.render(request, f"{FOLDER}/upload.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, form: UploadForm) -> MemberImport | None:
    """None if it was refused: the form says why."""
    file = form.cleaned_data["file"]
    try:
        # One byte more is enough to know that it is too large.
        return services.keep(request.source, request.organization, file.name, file.read(MOST_BYTES + 1))
    except FileRefused as refusal:
        form.add_error("file", str(refusal))
        return None


@form_page
@organization_view(MANAGE_INVITATIONS)
def member_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """What its columns are and what becomes of each row; once confirmed, what became of it."""
    found = _import_or_404(request, import_id)
    if found.confirmed_at is not None:
        return htmx.render(request, f"{FOLDER}/results.html", _results(found))
    form = ColumnsForm(posted(request), member_import=found, membership=request.membership)
    if form.is_valid():
        services.change_columns(found, form.columns)
        return _to_import(request, found)
    return _preview(request, found, form)


@require_POST
@organization_view(MANAGE_INVITATIONS)
def confirm(request: HttpRequest, import_id: UUID) -> HttpResponse:
    found = _import_or_404(request, import_id)
    try:
        services.confirm(request.source, request.membership, found, request.POST.get("seen", ""))
    except (InvitationRefused, FileRefused) as refusal:
        messages.error(request, str(refusal))
    return _to_import(request, found)


@require_safe
@organization_view(MANAGE_INVITATIONS)
def results(request: HttpRequest, import_id: UUID) -> StreamingHttpResponse:
    found = _import_or_404(request, import_id)
    if found.confirmed_at is None:
        raise Http404("This import was not confirmed yet.")
    name = downloads.named_after(found.file_name, "results")
    return downloads.table(name, downloads.CSV, *result_files.table(found))


def _preview(request: HttpRequest, found: MemberImport, form: ColumnsForm) -> HttpResponse:
    rows = services.preview(found, request.membership)
    context: dict[str, Any] = {
        "import": found,
        "form": form,
        "rows": rows,
        "inviting": sum(row.new for row in rows),
        "heading": services.heading(found),
        "seen": services.seen_as(found),
        **mail_context(request),
    }
    return htmx.render(request, f"{FOLDER}/preview.html", context, status=422 if form.errors else 200)


def _results(found: MemberImport) -> dict[str, Any]:
    rows = [
        {**row, "invited": row["outcome"] == services.DONE, "ends": _moment(row["expiry"])} for row in found.results
    ]
    invited = sum(row["invited"] for row in rows)
    return {"import": found, "rows": rows, "invited": invited, "left_out": len(rows) - invited}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _import_or_404(request: HttpRequest, import_id: UUID) -> MemberImport:
    found = services.find(request.organization, import_id)
    if found is None:
        raise Http404("This organization has no such import.")
    return found


def _to_import(request: HttpRequest, found: MemberImport) -> HttpResponse:
    return htmx.redirect(
        request, "organizations:member_import", org=request.organization.public_id, import_id=found.public_id
    )
