"""Replacing the credentials of a configuration in place: nothing else is entered again."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from extensions.core import queries, registry
from extensions.core.services import configurations
from extensions.core.views import filling
from extensions.core.views.lookup import configuration_or_404
from extensions.core.views.settings_page import SettingsPage, saved
from iotdash.organizations.roles import MANAGE_EXTENSIONS
from iotdash.organizations.scoping import organization_view


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(MANAGE_EXTENSIONS)
def replace(request: HttpRequest, config_id: int) -> HttpResponse:
    config = configuration_or_404(request, config_id)
    page = SettingsPage(request, registry.manifest(config.slug), "extensions/setup/credentials.html", config)
    page.extra["view"] = queries.view_of(config)
    if request.method != "POST":
        return page.show()
    return filling.answer(page) or _judge(page)


def _judge(page: SettingsPage) -> HttpResponse:
    if not page.form.is_valid():
        return page.refuse()
    if page.request.POST.get("action") == "check":
        return page.ask()
    return _save(page)


def _save(page: SettingsPage) -> HttpResponse:
    try:
        configurations.replace_settings(page.config, page.form.settings, page.request.source)
    except configurations.ConfigurationRefused as refusal:
        return page.refuse(refusal.existing, str(refusal))
    return saved(page, page.config, "The settings are saved. What was waiting goes on.")
