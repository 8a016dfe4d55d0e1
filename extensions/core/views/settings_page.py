"""The form for an extension's settings: the same for adding one and for replacing its credentials."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from extensions.core import provider_files, secret_settings
from extensions.core.contract import Manifest
from extensions.core.forms import PasteForm, settings_form
from extensions.core.models import ConnectionCheck, ExtensionConfig, SettingsDraft
from extensions.core.services import connection_checks, drafts
from extensions.core.views.lookup import check_named, draft_named
from extensions.core.views.outcome import outcome_context
from iotdash.lib import htmx
from iotdash.lib.crypto import CryptoError
from iotdash.lib.schema_forms import (
    SchemaForm,
    address_names,
    discriminator,
    rules_of,
    secret_names,
    variant_schema,
    without_secrets,
)

OUTCOME = "extensions/setup/_outcome.html"
FROM_PASTE = "From the pasted credentials."


class SettingsPage:
    """One request to such a form. `template` is the whole page; a check answers with the outcome alone by htmx.

    What was typed for the last check, or pasted, is the draft: its secrets are kept when left empty, and never sent
    back.
    """

    def __init__(
        self, request: HttpRequest, manifest: Manifest, template: str, config: ExtensionConfig | None = None
    ) -> None:
        self.request, self.manifest, self.template, self.config = request, manifest, template, config
        self.check = check_named(request, slug=manifest.slug, asked_by=request.user.email)
        self.draft = draft_named(request, slug=manifest.slug, made_by=request.user.email)
        self.filled = _filled(self.check, self.draft) or drafts.Filled(stored_settings(config) or {})
        self.form = self._form(request.POST) if request.method == "POST" else self._form(initial=self._preset())
        self.extra: dict[str, Any] = {}

    def _form(self, data: Any = None, initial: Mapping[str, Any] | None = None) -> SchemaForm:
        origins = dict.fromkeys(self.filled.pasted, FROM_PASTE)
        return settings_form(self.manifest, self.filled.settings, origins)(data, initial=initial)

    def _preset(self) -> dict[str, str]:
        """The variant that the address names: `?method=smtp`."""
        chooser = discriminator(self.manifest.settings_schema)
        return {chooser: self.request.GET[chooser]} if chooser in self.request.GET else {}

    def refill(self, draft: SettingsDraft | None, filled: drafts.Filled, shown: Mapping[str, Any]) -> None:
        """The form anew, with nothing judged yet: `shown` in its fields, the secrets of the draft behind them."""
        self.check, self.draft, self.filled = None, draft, filled
        self.form = self._form(initial=shown)

    @property
    def takes_paste(self) -> bool:
        paste = self.manifest.paste
        return paste is not None and paste.variant in ("", self.form.variant)

    def _first_own(self, fields: list[BoundField]) -> str:
        """The first field that only the variant has; without variants, the first of all."""
        common = self.manifest.settings_schema.get("properties", {}) if self.form.chooser else {}
        return next((field.name for field in fields if field.name not in common), "")

    def show(self) -> HttpResponse:
        return htmx.render(self.request, self.template, self.context())

    def refuse(self, existing: ExtensionConfig | None = None, reason: str = "") -> HttpResponse:
        """422. By htmx only the reasons come, so that everything typed stays in the page."""
        context = {**self.context(), "existing": existing, "refusal": reason, "refused": True}
        return htmx.invalid(self.request, self.template, context, part=OUTCOME)

    def ask(self, **query: str) -> HttpResponse:
        """Checks what was typed. Without scripts the same page comes again, naming the check."""
        asked = connection_checks.ask(
            self.request.organization, self.manifest, self.form.settings, self.request.source, self.config
        )
        if htmx.wants_part(self.request):
            return htmx.render(self.request, OUTCOME, outcome_context(asked))
        where = urlencode({"check": asked.public_id, **query})
        return htmx.redirect(self.request, f"{self.request.path}?{where}#connection-check")

    def context(self) -> dict[str, Any]:
        secrets = secret_names(self.form.schema)
        fields = [field for field in self.form if field.name != self.form.chooser]
        return {
            "manifest": self.manifest,
            "config": self.config,
            "form": self.form,
            "chooser": self.form[self.form.chooser] if self.form.chooser else None,
            "fields": fields,
            "pasted": self.filled.pasted,
            "paste_before": self._first_own(fields),
            "draft": self.draft,
            "paste_form": PasteForm(self.manifest, earlier=self.filled.found) if self.takes_paste else None,
            "guide": provider_files.guide(self.manifest.slug),
            "secrets": secrets,
            "unreadable_secrets": bool(self.config and secret_settings.problem(self.config)),
            "stored_secrets": any(self.form.stored.get(name) for name in secrets),
            **endpoint_context(self.manifest, self.form.shown),
            **outcome_context(self.check),
            **self.extra,
        }


def endpoint_context(manifest: Manifest, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The address that would be called, and what is doubtful about the settings so far."""
    schema = variant_schema(manifest.settings_schema, settings)
    addresses = address_names(schema)
    public = list(without_secrets(schema, rules_of(schema)))
    typed = {name: value for name, value in settings.items() if name in public}
    known = all(typed.get(name) for name in addresses if name in schema.get("required", ()))
    return {
        "address_field": addresses[-1] if addresses else "",
        "public_fields": public,
        "endpoint": manifest.endpoint(typed) if known else "",
        "derived": derived(manifest, typed) if known else (),
        "problems": [words for name, words in manifest.settings_problems(typed) if typed.get(name)] if known else [],
        "warnings": manifest.settings_warnings(typed) if known else (),
    }


def derived(manifest: Manifest, settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, words) of every field that was left empty and follows from the others."""
    rules = rules_of(manifest.settings_schema, settings)
    found = manifest.derived(settings).items()
    left_empty = [(name, words) for name, words in found if name in rules and not settings.get(name)]
    return [(rules[name].get("title", name), words) for name, words in left_empty]


def stored_settings(config: ExtensionConfig | None) -> dict[str, Any] | None:
    """The settings as saved, as far as they can be read."""
    return None if config is None else secret_settings.readable(config)


def saved(page: SettingsPage, config: ExtensionConfig, words: str) -> HttpResponse:
    """The configuration's page. Settings that nothing has proved are checked now, and it shows what comes of that."""
    request = page.request
    messages.success(request, words)
    url = reverse("extensions:configuration", args=[request.organization.public_id, config.pk])
    if config.proved_at is None:
        asked = connection_checks.ask(config.organization, page.manifest, page.form.settings, request.source, config)
        url += f"?check={asked.public_id}#connection-check"
    return htmx.redirect(request, url)


def _filled(check: ConnectionCheck | None, draft: SettingsDraft | None) -> drafts.Filled | None:
    """What was sent for a check is newer than what was filled in before it."""
    try:
        if check:
            return drafts.Filled(connection_checks.draft(check))
        return drafts.content(draft) if draft else None
    except CryptoError:
        return None
