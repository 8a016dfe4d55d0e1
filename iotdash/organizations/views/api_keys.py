"""The API keys tab: the list, making one, its token shown once, and what can be changed about it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from iotdash.lib import htmx, shown_once
from iotdash.lib.public_address import public_address
from iotdash.organizations.keys import listing, queries, services
from iotdash.organizations.keys.forms import ChangeKeyForm, MakeKeyForm
from iotdash.organizations.models import ApiKey
from iotdash.organizations.rest.examples import ibm_client
from iotdash.organizations.roles import MANAGE_KEYS
from iotdash.organizations.scoping import organization_view

FOLDER = "organizations/keys"
_WAITING = "api_key_token"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@organization_view(MANAGE_KEYS)
def key_list(request: HttpRequest) -> HttpResponse:
    context = listing.context(request)
    return htmx.render(request, f"{FOLDER}/list.html", context, part={"keys": f"{FOLDER}/_list.html"})


@form_page
@organization_view(MANAGE_KEYS)
def make(request: HttpRequest) -> HttpResponse:
    form = MakeKeyForm(_posted(request), membership=request.membership)
    if not form.is_valid():
        return _form_page(request, "make", {"form": form})
    name, role = form.cleaned_data["name"], form.cleaned_data["role"]
    made = services.make(request.source, request.membership, name, role, form.expires_at)
    shown_once.keep(request, _WAITING, made.key.pk, made.token)
    return _to(request, "api_key_token", made.key)


@never_cache
@require_safe
@organization_view(MANAGE_KEYS)
def token_shown(request: HttpRequest, api_key_id: str) -> HttpResponse:
    """Makes nothing. The second view says that the token was shown already."""
    key = _key_or_404(request, api_key_id)
    context = {
        "key": key,
        "token": shown_once.take(request, _WAITING, key.pk),
        "api_url": public_address("api:organization"),
        "ibm_client": ibm_client(request.organization.public_id, key.public_id),
    }
    return htmx.render(request, f"{FOLDER}/token_shown.html", context)


@require_safe
@organization_view(MANAGE_KEYS)
def key_page(request: HttpRequest, api_key_id: str) -> HttpResponse:
    key = _key_or_404(request, api_key_id)
    context = {"key": key, "may_change": queries.may_change(request.membership, key)}
    return htmx.render(request, f"{FOLDER}/key.html", context)


@form_page
@organization_view(MANAGE_KEYS)
def change(request: HttpRequest, api_key_id: str) -> HttpResponse:
    key = _changeable_or_404(request, api_key_id)
    form = ChangeKeyForm(_posted(request), key=key)
    context = {"key": key, "form": form}
    if not form.is_valid():
        return _form_page(request, "change", context)
    name = form.cleaned_data["name"]
    try:
        services.change(request.source, key, name=name, expires_at=form.expires_at, by=request.membership)
    except services.Refused as refusal:
        return htmx.invalid(request, f"{FOLDER}/change.html", context | {"refusal": str(refusal)})
    messages.success(request, f"API key {name} is saved.")
    return _to(request, "api_keys")


@form_page
@organization_view(MANAGE_KEYS)
def revoke(request: HttpRequest, api_key_id: str) -> HttpResponse:
    key = _changeable_or_404(request, api_key_id)
    if request.method != "POST":
        return htmx.render(request, f"{FOLDER}/revoke.html", {"key": key})
    services.revoke(request.source, key, by=request.membership)
    messages.success(request, f"API key {key.name} is revoked.")
    return _to(request, "api_keys")


def _key_or_404(request: HttpRequest, api_key_id: str) -> ApiKey:
    found = queries.find(request.organization, api_key_id)
    if found is None:
        raise Http404("This organization has no such API key.")
    return found


def _changeable_or_404(request: HttpRequest, api_key_id: str) -> ApiKey:
    """Raises NotAllowed for somebody else's key that is out of reach."""
    found = _key_or_404(request, api_key_id)
    services.require_reach(found, request.membership)
    return found


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _form_page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].is_bound else 200
    return htmx.render(request, f"{FOLDER}/{name}.html", context, status=status)


def _to(request: HttpRequest, view: str, *keys: ApiKey) -> HttpResponse:
    parts = (request.organization.public_id, *(key.public_id for key in keys))
    return htmx.redirect(request, f"organizations:{view}", *parts)
