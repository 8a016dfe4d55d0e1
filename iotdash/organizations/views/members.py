"""The Members tab: the list, a member's page, and what can be changed about one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from iotdash.lib import htmx
from iotdash.organizations.authorization import authorize_over, may
from iotdash.organizations.members import listing, queries, services
from iotdash.organizations.members.forms import ExpiryForm, RoleForm
from iotdash.organizations.models import Membership
from iotdash.organizations.roles import CHANGE_ROLES, MANAGE_MEMBERS, Role, role_words
from iotdash.organizations.scoping import organization_view

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@organization_view()
def member_list(request: HttpRequest) -> HttpResponse:
    context = listing.context(request) | {"roles": role_words()}
    part = {"members": "organizations/members/_list.html"}
    return htmx.render(request, "organizations/members/list.html", context, part=part)


@require_safe
@organization_view(MANAGE_MEMBERS)
def member(request: HttpRequest, member_id: int) -> HttpResponse:
    found = _member_or_404(request, member_id)
    context = {
        "member": found,
        "oneself": found.pk == request.membership.pk,
        "may_touch": Role(request.membership.role).reaches(Role(found.role)),
        "may_change_role": may(request.membership, CHANGE_ROLES, request.organization),
        "stands_alone": queries.stands_alone(found),
    }
    return htmx.render(request, "organizations/members/member.html", context)


@form_page
@organization_view(CHANGE_ROLES)
def change_role(request: HttpRequest, member_id: int) -> HttpResponse:
    found = _touchable_or_404(request, member_id)
    form = RoleForm(_posted(request), membership=found, by=request.membership)
    context = {"form": form, "member": found, "roles": role_words()}
    if not form.is_valid():
        return _page(request, "organizations/members/role.html", context)
    role = form.cleaned_data["role"]
    done = partial(services.change_role, request.source, found, role, by=request.membership)
    words = f"{found.user.email} is {role.label} now."
    return _attempt(request, done, words, "organizations/members/role.html", context)


@form_page
@organization_view(MANAGE_MEMBERS)
def set_expiry(request: HttpRequest, member_id: int) -> HttpResponse:
    found = _touchable_or_404(request, member_id)
    form = ExpiryForm(_posted(request), membership=found)
    context = {"form": form, "member": found}
    if not form.is_valid():
        return _page(request, "organizations/members/expiry.html", context)
    done = partial(services.set_expiry, request.source, found, form.expires_at, by=request.membership)
    day = form.cleaned_data["last_day"]
    words = f"until {date_format(day, 'j F Y')}" if day else "without an expiry date"
    words = f"{found.user.email} is a member {words}."
    return _attempt(request, done, words, "organizations/members/expiry.html", context)


@form_page
@organization_view(MANAGE_MEMBERS)
def block(request: HttpRequest, member_id: int) -> HttpResponse:
    found = _touchable_or_404(request, member_id)
    return _confirmed(request, found, "block", services.block, f"{found.user.email} is blocked.")


@form_page
@organization_view(MANAGE_MEMBERS)
def unblock(request: HttpRequest, member_id: int) -> HttpResponse:
    found = _touchable_or_404(request, member_id)
    return _confirmed(request, found, "unblock", services.unblock, f"{found.user.email} is no longer blocked.")


@form_page
@organization_view(MANAGE_MEMBERS)
def remove(request: HttpRequest, member_id: int) -> HttpResponse:
    found = _touchable_or_404(request, member_id)
    return _confirmed(request, found, "remove", services.remove, f"{found.user.email} is no longer a member.")


@form_page
@organization_view()
def leave(request: HttpRequest) -> HttpResponse:
    context = {"stands_alone": queries.stands_alone(request.membership)}
    template = "organizations/members/leave.html"
    if request.method != "POST":
        return htmx.render(request, template, context)
    words = f"You are no longer a member of {request.organization.name}."
    done = partial(services.leave, request.source, request.membership)
    return _attempt(request, done, words, template, context, to=("home",))


def _member_or_404(request: HttpRequest, member_id: int) -> Membership:
    found = queries.members(request.organization).filter(pk=member_id).first()
    if found is None:
        raise Http404("This organization has no such member.")
    return found


def _touchable_or_404(request: HttpRequest, member_id: int) -> Membership:
    """Raises NotAllowed for a member above one's own role."""
    found = _member_or_404(request, member_id)
    authorize_over(request.membership, Role(found.role))
    return found


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _confirmed(
    request: HttpRequest, found: Membership, name: str, change: Callable[..., None], words: str
) -> HttpResponse:
    """A change that only asks whether it is meant."""
    template, context = f"organizations/members/{name}.html", {"member": found}
    if request.method != "POST":
        return htmx.render(request, template, context)
    done = partial(change, request.source, found, by=request.membership)
    return _attempt(request, done, words, template, context)


def _attempt(
    request: HttpRequest,
    change: Callable[[], None],
    words: str,
    template: str,
    context: dict[str, Any],
    to: tuple[str, ...] = (),
) -> HttpResponse:
    """Says what was done and leads to `to`, else to the list; or the same page says why it was refused."""
    try:
        change()
    except services.Refused as refusal:
        return htmx.invalid(request, template, context | {"refusal": str(refusal)})
    messages.success(request, words)
    return htmx.redirect(request, *(to or ("organizations:members", request.organization.public_id)))


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    form: Form = context["form"]
    return htmx.render(request, template, context, status=422 if form.is_bound else 200)
