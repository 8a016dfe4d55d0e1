"""Setting up an extension: its form, the address that it stands for, check and save."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from extensions.core import queries
from extensions.core.contract import Manifest
from extensions.core.forms import ConfigurationNameForm, settings_form
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations
from extensions.core.views import filling
from extensions.core.views.lookup import manifest_or_404
from extensions.core.views.settings_page import SettingsPage, endpoint_context, saved
from iotdash.lib import htmx
from iotdash.organizations.roles import MANAGE_EXTENSIONS
from iotdash.organizations.scoping import organization_view


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@organization_view(MANAGE_EXTENSIONS)
def add(request: HttpRequest, slug: str) -> HttpResponse:
    manifest = manifest_or_404(slug)
    if request.method != "POST" and manifest.single and (there := queries.only_one(request.organization, manifest)):
        return _open(request, there)
    page = SettingsPage(request, manifest, "extensions/setup/add.html")
    name_form = None if manifest.single else _name_form(request, manifest)
    page.extra = {"name_form": name_form, "heading": f"{'Set up' if manifest.single else 'Add'} {manifest.name}"}
    if request.method != "POST":
        return page.show()
    return filling.answer(page) or _judge(page, name_form)


def _open(request: HttpRequest, config: ExtensionConfig) -> HttpResponse:
    messages.info(request, configurations.SET_UP_ALREADY.format(config.name))
    return htmx.redirect(request, "extensions:configuration", org=request.organization.public_id, config_id=config.pk)


def _judge(page: SettingsPage, name_form: ConfigurationNameForm | None) -> HttpResponse:
    # Both are asked, so that all mistakes are told at once.
    named = name_form is None or name_form.is_valid()
    if not page.form.is_valid() or not named:
        return page.refuse()
    name = name_form.cleaned_data["name"] if name_form else page.manifest.name
    if page.request.POST.get("action") == "check":
        return page.ask(name=name)
    return _save(page, name)


def _save(page: SettingsPage, name: str) -> HttpResponse:
    request = page.request
    try:
        config = configurations.add(request.organization, page.manifest, name, page.form.settings, request.source)
    except configurations.ConfigurationRefused as refusal:
        return page.refuse(refusal.existing, str(refusal))
    devices = " Now configure it on your devices." if page.manifest.device_key else ""
    return saved(page, config, f"{config.name} is {'set up' if page.manifest.single else 'added'}.{devices}")


def _name_form(request: HttpRequest, manifest: Manifest) -> ConfigurationNameForm:
    if filling.judges(request):
        return ConfigurationNameForm(request.POST)
    typed = request.POST.get(f"{ConfigurationNameForm.prefix}-name")
    preset = typed or request.GET.get("name") or _free_name(request, manifest)
    return ConfigurationNameForm(initial={"name": preset})


def _free_name(request: HttpRequest, manifest: Manifest) -> str:
    """The extension's name, with a number when that is taken."""
    taken = {config.name for config in queries.configurations(request.organization) if config.slug == manifest.slug}
    names = (manifest.name, *(f"{manifest.name} {number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


@require_safe
@organization_view(MANAGE_EXTENSIONS)
def endpoint(request: HttpRequest, slug: str) -> HttpResponse:
    """The address that the typed fields stand for, while they are typed. Secrets are not part of the question."""
    manifest = manifest_or_404(slug)
    form = settings_form(manifest, None)(request.GET)
    context = {"manifest": manifest, **endpoint_context(manifest, form.shown)}
    return htmx.render(request, "extensions/setup/endpoint.html", context, part="extensions/setup/_endpoint.html")
