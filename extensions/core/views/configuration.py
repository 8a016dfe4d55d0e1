"""The page of one extension configuration."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from extensions.core import inbound, queries, registry, secret_settings
from extensions.core.models import ExtensionConfig, Health
from extensions.core.views.calls import meter_context
from extensions.core.views.lookup import check_named, configuration_or_404
from extensions.core.views.outcome import outcome_context
from extensions.core.views.settings_page import stored_settings
from iotdash.lib import htmx
from iotdash.lib.schema_forms import secret_names, title_of, variant_schema
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import MANAGE_EXTENSIONS
from iotdash.organizations.scoping import organization_view

PAGE = "extensions/configuration/page.html"


@require_safe
@organization_view()
def configuration(request: HttpRequest, config_id: int) -> HttpResponse:
    config = configuration_or_404(request, config_id)
    context = page_context(request, config)
    parts = {"health": "extensions/configuration/_health.html", "capability-card": context["card_template"]}
    return htmx.render(request, PAGE, context, part={name: part for name, part in parts.items() if part})


def page_context(request: HttpRequest, config: ExtensionConfig) -> dict[str, Any]:
    manifest = registry.manifest(config.slug)
    may_manage = may(request.membership, MANAGE_EXTENSIONS, request.organization)
    waiting = config.operations.filter(settled_at=None).order_by("priority", "asked_at")
    asked = check_named(request, slug=config.slug) if may_manage else None
    problem = secret_settings.problem(config)
    return {
        "view": queries.view_of(config),
        "config": config,
        "manifest": manifest,
        "rows": _settings_rows(config, problem),
        "secrets_problem": problem,
        "may_manage": may_manage,
        "prominent": config.health == Health.NEEDS_ATTENTION and not config.paused_at,
        "siblings": config.organization.extension_configs.present().filter(slug=config.slug).count() - 1,
        "waiting": waiting.select_related("config")[:10],
        "inbound": inbound.card(config) if may_manage else None,
        "endpoint": manifest.endpoint(config.settings),
        **meter_context(config),
        **outcome_context(asked),
        **_card(request, config),
    }


def _card(request: HttpRequest, config: ExtensionConfig) -> dict[str, Any]:
    """What the capability has to show of the configuration."""
    found = registry.capability(registry.manifest(config.slug)).configuration_card(request, config)
    template, context = found or ("", {})
    return {"card_template": template, **context}


def _settings_rows(config: ExtensionConfig, problem: str) -> list[dict[str, Any]]:
    """Every field that is set, or that follows from the others: the value, or that a secret is stored.

    Which secrets are stored is not known while they cannot be read: then none has a row.
    """
    manifest = registry.manifest(config.slug)
    schema = variant_schema(manifest.settings_schema, config.settings)
    follows = manifest.derived(config.settings)
    stored = stored_settings(config) or {}
    secret = [name for name in secret_names(schema) if name in stored]
    unknown = set(secret_names(schema)).difference(secret) if problem else set()
    rows = [
        {
            "label": rule.get("title", name),
            "value": title_of(rule, config.settings.get(name, follows.get(name))),
            "secret": name in secret,
            "required": name in schema.get("required", ()),
        }
        for name, rule in schema.get("properties", {}).items()
        if name not in unknown
    ]
    return [row for row in rows if row["secret"] or row["required"] or row["value"] not in (None, "")]
