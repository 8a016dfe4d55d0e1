"""What an administrator does to a configuration beside replacing its credentials."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from extensions.core import queries, registry, secret_settings
from extensions.core.forms import ConfigurationNameForm
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations, connection_checks, operations
from extensions.core.views.lookup import configuration_or_404
from extensions.core.views.outcome import outcome_context
from extensions.core.views.settings_page import OUTCOME
from iotdash.lib import htmx
from iotdash.lib.crypto import CryptoError
from iotdash.lib.lists import bounded_count
from iotdash.organizations.roles import MANAGE_EXTENSIONS, OPERATE
from iotdash.organizations.scoping import organization_view

Act = Callable[[HttpRequest, ExtensionConfig], str]


def _action(act: Act) -> Callable[..., HttpResponse]:
    """A POST that does something to a configuration, says it in a sentence, and shows the configuration."""

    @require_POST
    @organization_view(MANAGE_EXTENSIONS)
    @wraps(act)
    def view(request: HttpRequest, config_id: int) -> HttpResponse:
        config = configuration_or_404(request, config_id)
        messages.success(request, act(request, config))
        return _to_page(request, config)

    return view


@_action
def pause(request: HttpRequest, config: ExtensionConfig) -> str:
    configurations.pause(config, request.source)
    return f"{config.name} is paused. What is waiting stays waiting."


@_action
def resume(request: HttpRequest, config: ExtensionConfig) -> str:
    configurations.resume(config, request.source)
    return f"{config.name} is resumed."


@require_POST
@organization_view(OPERATE)
def act(request: HttpRequest, config_id: int, action: str) -> HttpResponse:
    """A form of the card that the extension's capability shows."""
    config = configuration_or_404(request, config_id)
    capability = registry.capability(registry.manifest(config.slug))
    try:
        messages.success(request, capability.act(config, action, request.source))
    except operations.NotCallable as refusal:
        messages.error(request, str(refusal))
    except LookupError:
        raise Http404("There is no such action.") from None
    return _to_page(request, config)


@require_POST
@organization_view(MANAGE_EXTENSIONS)
def check(request: HttpRequest, config_id: int) -> HttpResponse:
    """Checks the stored settings."""
    config = configuration_or_404(request, config_id)
    try:
        operations.require_allowance(config)
        settings = secret_settings.whole(config)
    except (CryptoError, operations.NotCallable) as error:
        messages.error(request, str(error))
        return _to_page(request, config)
    asked = connection_checks.ask(
        request.organization, registry.manifest(config.slug), settings, request.source, config
    )
    if htmx.wants_part(request):
        return htmx.render(request, OUTCOME, outcome_context(asked))
    return _to_page(request, config, f"?check={asked.public_id}#connection-check")


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(MANAGE_EXTENSIONS)
def rename(request: HttpRequest, config_id: int) -> HttpResponse:
    config = configuration_or_404(request, config_id)
    name = config.name
    form = ConfigurationNameForm(request.POST or None, initial={"name": name})
    context = {"config": config, "name": name, "form": form, "naming": queries.naming(config).count()}
    template = "extensions/configuration/rename.html"
    if request.method != "POST":
        return htmx.render(request, template, context)
    if form.is_valid() and _renamed(request, config, form):
        messages.success(request, f"{name} is called {config.name} now.")
        return _to_page(request, config)
    return htmx.invalid(request, template, context)


def _renamed(request: HttpRequest, config: ExtensionConfig, form: ConfigurationNameForm) -> bool:
    try:
        configurations.rename(config, form.cleaned_data["name"], request.source)
    except configurations.ConfigurationRefused as refusal:
        form.add_error("name", str(refusal))
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(MANAGE_EXTENSIONS)
def make_default(request: HttpRequest, config_id: int) -> HttpResponse:
    """Asks first: it moves every device that names no configuration to another account."""
    config = configuration_or_404(request, config_id)
    if config.is_default:
        return _to_page(request, config)
    if request.method != "POST":
        return htmx.render(request, "extensions/configuration/make_default.html", _moving(config))
    configurations.make_default(config, request.source)
    messages.success(request, f"{config.name} is the default now. Devices that name no configuration use it.")
    return _to_page(request, config)


def _moving(config: ExtensionConfig) -> dict[str, Any]:
    return {
        "config": config,
        "view": queries.view_of(config),
        "before": queries.default_of(config),
        "moving": bounded_count(queries.devices_of_default(config)),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(MANAGE_EXTENSIONS)
def remove(request: HttpRequest, config_id: int) -> HttpResponse:
    config = configuration_or_404(request, config_id)
    context: dict[str, Any] = {
        "config": config,
        "view": queries.view_of(config),
        "heir": queries.heir_of(config),
        "further": registry.capability(registry.manifest(config.slug)).removal(config),
    }
    template = "extensions/configuration/remove.html"
    if request.method != "POST":
        return htmx.render(request, template, context)
    if request.POST.get("confirm", "").strip() != config.name:
        context["error"] = f"This is not the name. Type {config.name} to confirm."
        return htmx.invalid(request, template, context)
    configurations.remove(config, request.source)
    messages.success(request, f"{config.name} is removed and its secrets are erased.")
    return htmx.redirect(request, "extensions:list", org=request.organization.public_id)


def _to_page(request: HttpRequest, config: ExtensionConfig, query: str = "") -> HttpResponse:
    org = request.organization.public_id
    url = f"/{org}/extensions/{config.pk}/{query}"
    return htmx.redirect(request, url)
