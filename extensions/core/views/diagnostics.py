"""Diagnostics of a configuration: what was said to the service and what it answered, and the bundle for support."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.views.decorators.http import require_POST, require_safe

from extensions.core import diagnostics, queries, registry
from extensions.core.models import Exchange
from extensions.core.services.exchanges import READ_BACK
from extensions.core.views.lookup import configuration_or_404, exchange_or_404
from extensions.core.words import NOT_ANSWERED, operation_titles
from iotdash.audit.services import record
from iotdash.lib import htmx
from iotdash.organizations.roles import MANAGE_EXTENSIONS
from iotdash.organizations.scoping import organization_view


@require_safe
@organization_view(MANAGE_EXTENSIONS)
def exchange_list(request: HttpRequest, config_id: int) -> HttpResponse:
    config = configuration_or_404(request, config_id)
    titles = operation_titles(registry.manifest(config.slug))
    failed = "failed" in request.GET
    context = {
        "config": config,
        "failed": failed,
        "rows": [_row(exchange, titles) for exchange in queries.exchanges(config, failed=failed)],
        "kept": settings.IOTDASH_EXCHANGES_KEPT,
        "days": settings.IOTDASH_EXCHANGES_DAYS,
    }
    part = {"exchanges": "extensions/diagnostics/_exchanges.html"}
    return htmx.render(request, "extensions/diagnostics/page.html", context, part=part)


@require_safe
@organization_view(MANAGE_EXTENSIONS)
def exchange(request: HttpRequest, config_id: int, exchange_id: int) -> HttpResponse:
    config = configuration_or_404(request, config_id)
    found = exchange_or_404(config, exchange_id)
    sides = [_side("Request", found.request), _side("Answer", found.response)]
    context = {"config": config, **_row(found, operation_titles(registry.manifest(config.slug))), "sides": sides}
    return htmx.render(request, "extensions/diagnostics/exchange.html", context)


@require_POST
@organization_view(MANAGE_EXTENSIONS)
def download(request: HttpRequest, config_id: int) -> HttpResponse:
    """Looking is not recorded, taking along is."""
    config = configuration_or_404(request, config_id)
    content = diagnostics.bundle(config)
    record(request.source, "diagnostics downloaded", "extension", config.name, exchanges=config.exchanges.count())
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{diagnostics.filename(config)}"'
    return response


def _row(exchange: Exchange, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "exchange": exchange,
        "purpose": capfirst(_purpose(exchange.purpose, titles)),
        # Every call of a configuration goes to the same host.
        "path": urlsplit(exchange.url)._replace(scheme="", netloc="").geturl(),
        "outcome": str(exchange.status or NOT_ANSWERED.get(exchange.error, exchange.error)),
        "tone": "danger" if exchange.failed else "success",
        "milliseconds": round(exchange.seconds * 1000),
    }


def _purpose(purpose: str, titles: dict[str, str]) -> str:
    """The operation by its title; what else there is has words already."""
    read_back = purpose.startswith(READ_BACK)
    operation_id = purpose.removeprefix(READ_BACK)
    title = titles.get(operation_id, operation_id)
    return f"{READ_BACK}“{title}”" if read_back else title


def _side(title: str, told: dict[str, Any] | None) -> dict[str, Any]:
    return {"title": title, **(told or {}), "text": _legible(told["body"]) if told else "", "missing": told is None}


def _legible(body: dict[str, Any]) -> str:
    """In lines, for people; what was cut stays as it is."""
    if body["kind"] == "xml":
        return re.sub(r">(?=<)", ">\n", body["text"])
    if body["kind"] == "json" and not body["cut"]:
        return json.dumps(json.loads(body["text"]), indent=2, ensure_ascii=False)
    return body["text"]
