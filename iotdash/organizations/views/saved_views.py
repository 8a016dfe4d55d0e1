"""Saved views: the list of them, saving, opening, changing, deleting."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iotdash.lib import htmx
from iotdash.lib.lists import BadListQuery
from iotdash.organizations.authorization import NotAllowed, may
from iotdash.organizations.models import SavedView
from iotdash.organizations.roles import SAVE_VIEWS
from iotdash.organizations.saved_views import listing, opening, queries, services
from iotdash.organizations.saved_views.forms import SaveForm, ViewForm
from iotdash.organizations.saved_views.pages import ListPage, page_of
from iotdash.organizations.scoping import organization_view

FOLDER = "organizations/saved_views"
_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@organization_view()
def view_list(request: HttpRequest) -> HttpResponse:
    context = listing.views(request)
    context["may_save"] = may(request.membership, SAVE_VIEWS, request.organization)
    return htmx.render(request, f"{FOLDER}/list.html", context, part={"views": f"{FOLDER}/_list.html"})


@require_http_methods(_GET_OR_POST)
@organization_view(SAVE_VIEWS)
def save(request: HttpRequest) -> HttpResponse:
    """`page` and `query` say of which list, in which state."""
    given = request.POST if request.method == "POST" else request.GET
    page = page_of(given.get("page", ""))
    if page is None:
        messages.warning(request, "A view is saved from its list: open one, and choose “Save this view” there.")
        return htmx.redirect(request, "organizations:saved_views", request.organization.public_id)
    initial = {"page": page.name, "query": given.get("query", "")}
    form = SaveForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and (view := _saved(request, page, form)):
        messages.success(request, f"View “{view.name}” is saved.")
        return htmx.redirect(request, "organizations:saved_view", request.organization.public_id, view.public_id)
    context = {"form": form, "page": page, "list_url": opening.list_url(page, request.membership)}
    return htmx.render(request, f"{FOLDER}/save.html", context, status=422 if form.errors else 200)


@require_safe
@organization_view()
def open_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    view = _view_or_404(request, view_id)
    found = opening.opened(view, request.membership, request.GET.get("columns", ""))
    if found.problem:
        context = _context(request, view) | {"problem": found.problem, "list_url": found.url}
        return htmx.render(request, f"{FOLDER}/not_valid.html", context | {"parts": queries.parts(view)})
    if found.missing:
        gone = ", ".join(found.missing)
        messages.warning(request, f"View “{view.name}” has columns that the list does not have any more: {gone}.")
    return htmx.redirect(request, found.url)


@require_http_methods(_GET_OR_POST)
@organization_view(SAVE_VIEWS)
def edit(request: HttpRequest, view_id: UUID) -> HttpResponse:
    view = _changeable_or_404(request, view_id)
    form = ViewForm(request.POST if request.method == "POST" else None, instance=_view_or_404(request, view_id))
    if form.is_valid() and _edited(request, view, form):
        messages.success(request, f"View “{view.name}” is saved.")
        return htmx.redirect(request, "organizations:saved_views", request.organization.public_id)
    context = _context(request, view) | {"form": form}
    return htmx.render(request, f"{FOLDER}/edit.html", context, status=422 if form.errors else 200)


@require_POST
@organization_view(SAVE_VIEWS)
def delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    view = _changeable_or_404(request, view_id)
    services.delete(view, request.source)
    messages.success(request, f"View “{view.name}” is deleted.")
    return htmx.redirect(request, "organizations:saved_views", request.organization.public_id)


def _saved(request: HttpRequest, page: ListPage, form: SaveForm) -> SavedView | None:
    data = form.cleaned_data
    try:
        state = page.read(request.membership, QueryDict(data["query"]))
        return services.save(
            request.membership,
            request.source,
            page.name,
            state,
            data["name"],
            shared=data["shared"],
            columns=data["columns"],
        )
    except (services.Refused, BadListQuery) as refusal:
        form.add_error(None, str(refusal))
    return None


def _edited(request: HttpRequest, view: SavedView, form: ViewForm) -> bool:
    try:
        services.edit(view, request.source, form.cleaned_data["name"], shared=form.cleaned_data["shared"])
    except services.Refused as refusal:
        form.add_error("name", str(refusal))
        return False
    return True


def _view_or_404(request: HttpRequest, view_id: UUID) -> SavedView:
    try:
        return queries.find(request.membership, view_id)
    except SavedView.DoesNotExist:
        raise Http404("There is no such saved view, or it is another member's own.") from None


def _changeable_or_404(request: HttpRequest, view_id: UUID) -> SavedView:
    """Raises NotAllowed."""
    view = _view_or_404(request, view_id)
    if not queries.may_change(request.membership, view):
        raise NotAllowed("Only its owner and Administrators may change a shared view.")
    return view


def _context(request: HttpRequest, view: SavedView) -> dict[str, Any]:
    return {"view": view, "may_change": queries.may_change(request.membership, view)}
