"""The address to which a service sends by itself, and what administrators do about it."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from extensions.core import inbound, registry
from extensions.core.models import ExtensionConfig
from extensions.core.views.lookup import configuration_or_404
from iotdash.lib import htmx
from iotdash.organizations.roles import MANAGE_EXTENSIONS
from iotdash.organizations.scoping import organization_view

RETRY_AFTER_S = 60


@csrf_exempt
@require_POST
def hook(request: HttpRequest, config_id: str, proof: str) -> HttpResponse:
    """Open to everybody: what comes is taken only if the extension can prove that its service sent it."""
    found = inbound.find(int(config_id), proof)
    if found is None:
        raise Http404("There is no such address.")
    if seconds := inbound.seconds_to_wait(found):
        return _answer(HTTPStatus.TOO_MANY_REQUESTS, seconds)
    try:
        body = inbound.read(request, registry.manifest(found.config.slug).inbound.max_body)
        inbound.take(found, request.method, _headers(request), body)
    except inbound.NotTaken as refusal:
        inbound.note_refused(found, refusal.reason)
        return _answer(refusal.status, RETRY_AFTER_S if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE else 0)
    return _answer(HTTPStatus.OK)


def _headers(request: HttpRequest) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _answer(status: HTTPStatus, retry_after: int = 0) -> HttpResponse:
    response = HttpResponse(f"{status.phrase}\n", status=status, content_type="text/plain")
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(MANAGE_EXTENSIONS)
def renew(request: HttpRequest, config_id: int) -> HttpResponse:
    """Asks first: the service must be told the new address."""
    config = _receiving_or_404(request, config_id)
    if request.method != "POST":
        return htmx.render(request, "extensions/configuration/renew_address.html", {"config": config})
    inbound.renew(config, request.source)
    messages.success(request, f"{config.name} has a new address. Enter it at the service: the former one is dead.")
    return _to_page(request, config)


@require_POST
@organization_view(MANAGE_EXTENSIONS)
def process_again(request: HttpRequest, config_id: int) -> HttpResponse:
    config = _receiving_or_404(request, config_id)
    again = inbound.process_again(config, request.source)
    messages.success(request, f"{again} event{pluralize(again)} will be processed again.")
    return _to_page(request, config)


def _receiving_or_404(request: HttpRequest, config_id: int) -> ExtensionConfig:
    config = configuration_or_404(request, config_id)
    if not registry.manifest(config.slug).inbound:
        raise Http404("The service of this extension sends nothing by itself.")
    return config


def _to_page(request: HttpRequest, config: ExtensionConfig) -> HttpResponse:
    return htmx.redirect(request, f"/{request.organization.public_id}/extensions/{config.pk}/#inbound")
