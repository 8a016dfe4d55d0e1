"""Steps that fill a set-up form and save nothing: showing the fields of another variant, reading a paste."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django_htmx.http import retarget

from extensions.core.forms import PasteForm
from extensions.core.models import SettingsDraft
from extensions.core.services import drafts
from extensions.core.views.settings_page import SettingsPage, stored_settings
from iotdash.lib import htmx
from iotdash.lib.schema_forms import carried_over, without_secrets

FIELDS, PASTE = "extensions/setup/_fields.html", "extensions/setup/_paste.html"


def judges(request: HttpRequest) -> bool:
    """Whether what was typed is to be checked or saved, and not only a field to be filled."""
    return request.method == "POST" and request.POST.get("action") not in ("fields", "paste")


def answer(page: SettingsPage) -> HttpResponse | None:
    """None when the form is to be judged."""
    action = page.request.POST.get("action")
    if action == "fields" or _other_variant(page):
        return _show_fields(page)
    if action == "paste":
        return _read_paste(page) if page.takes_paste else _show_fields(page)
    return None


def _other_variant(page: SettingsPage) -> bool:
    """Whether another variant was chosen than the one whose fields were in the page that was sent."""
    return page.request.POST.get("shown-variant", page.form.variant) != page.form.variant


def _show_fields(page: SettingsPage) -> HttpResponse:
    shown = _typed(page)
    if _other_variant(page):
        # A field of the same name means something else there.
        shown = {name: value for name, value in shown.items() if name in page.manifest.settings_schema["properties"]}
        page.refill(None, drafts.Filled(stored_settings(page.config) or {}), shown)
    else:
        page.refill(page.draft, page.filled, shown)
    return _part(page, FIELDS, "settings-fields")


def _read_paste(page: SettingsPage) -> HttpResponse:
    form = PasteForm(page.manifest, page.request.POST, earlier=page.filled.found)
    taken = form.is_valid()
    before, shown = _so_far(page), _typed(page)
    if taken and len(form.found) == 1:
        filled = drafts.with_pasted(page.manifest, before, form.found[0])
        page.refill(_kept(page, filled), filled, {**shown, **{name: filled.settings[name] for name in filled.pasted}})
        return _part(page, FIELDS, "settings-fields")
    filled = drafts.Filled(before, page.filled.pasted, form.found)
    page.refill(_kept(page, filled), filled, shown)
    if not taken:
        page.extra["paste_form"] = form
    return _part(page, PASTE, "paste", status=200 if taken else 422)


def _so_far(page: SettingsPage) -> dict[str, Any]:
    """What was typed without mistakes, and the secrets that may be kept with it."""
    page.form.is_valid()
    return carried_over(page.form.schema, page.form.stored, page.form.typed)


def _typed(page: SettingsPage) -> dict[str, Any]:
    """What the fields held, also what cannot be taken; no secrets."""
    return without_secrets(page.form.schema, {name: page.form[name].data for name in page.form.fields})


def _kept(page: SettingsPage, filled: drafts.Filled) -> SettingsDraft:
    return drafts.keep(page.request.organization, page.manifest, filled, page.request.user.email)


def _part(page: SettingsPage, template: str, element: str, status: int = 200) -> HttpResponse:
    """By htmx only this element is replaced, so that everything else that was typed stays in the page."""
    response = htmx.render(page.request, page.template, page.context(), part=template, status=status)
    return retarget(response, f"#{element}") if htmx.wants_part(page.request) else response
