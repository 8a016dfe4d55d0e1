"""What a bundle tells of a configuration beside its exchanges: states, times and codes, never a sentence.

Sentences are left out because they quote: the name of a user, the number of a SIM, the words of a service.
"""

from typing import Any

from django.utils import timezone

from extensions.core import registry, secret_settings
from extensions.core.contract import Manifest
from extensions.core.diagnostics.form import FORMAT
from extensions.core.models import ConnectionCheck, Exchange, ExtensionConfig, Lane, Operation
from extensions.core.redaction import Redactor
from extensions.core.services.exchanges import redactor
from iotdash.lib.crypto import CryptoError
from iotdash.lib.schema_forms import address_names, rules_of, secret_names
from iotdash.lib.version import product_version

MOST_OPERATIONS = 50
STORED = "‹stored, not told›"


def manifest_of(config: ExtensionConfig) -> dict[str, Any]:
    """The file `manifest.json`, for `json.dumps(…, default=str)`."""
    manifest = registry.manifest(config.slug)
    known, readable = _redactor(config, manifest)
    checks = config.checks.order_by("-asked_at", "-pk")
    operations = config.operations.order_by("-asked_at", "-pk")[:MOST_OPERATIONS]
    return {
        "format": FORMAT,
        "made_at": timezone.now(),
        "product": {"name": "iotdash", "version": product_version()},
        "organization": config.organization.public_id,
        "extension": {name: getattr(manifest, name) for name in ("slug", "name", "device_key", "subject_field")},
        "configuration": _configuration(config, manifest, known) | {"secrets_readable": readable},
        "lane": _lane(config.lane),
        "checks": [_check(check, known) for check in checks],
        "operations": [_operation(operation, known) for operation in operations],
        "varying": sorted(manifest.wire.varying),
    }


def exchange_of(exchange: Exchange, number: int) -> dict[str, Any]:
    """One entry of the file `exchanges.json`."""
    names = ("at", "purpose", "operation", "method", "url", "seconds", "status", "error", "sent", "request", "response")
    return {"number": number, **{name: getattr(exchange, name) for name in names}}


def _redactor(config: ExtensionConfig, manifest: Manifest) -> tuple[Redactor, bool]:
    try:
        return redactor(config.organization, manifest, secret_settings.whole(config)), True
    except CryptoError:
        return redactor(config.organization, manifest, config.settings), False


def _configuration(config: ExtensionConfig, manifest: Manifest, known: Redactor) -> dict[str, Any]:
    rules = rules_of(manifest.settings_schema, config.settings)
    secret = secret_names(manifest.settings_schema, config.settings)
    told = {name: _setting(known, name, value) for name, value in config.settings.items()}
    titles = {name: rule.get("title", name) for name, rule in rules.items()}
    return {
        "number": config.pk,
        "settings": told | dict.fromkeys(secret if config.secrets else (), STORED),
        "titles": titles,
        "addresses": address_names(manifest.settings_schema, config.settings),
        "endpoint": manifest.endpoint(config.settings),
        "health": {"state": config.state, "since": config.state_since},
        **{name: getattr(config, name) for name in ("last_success_at", "last_attempt_at", "proved_at", "created_at")},
        "updated_at": config.updated_at,
    }


def _setting(known: Redactor, name: str, value: Any) -> Any:
    return known.plain(name, value) if isinstance(value, str) else value


def _lane(lane: Lane) -> dict[str, Any]:
    names = ("per_second", "block", "blocked_until", "failures", "last_call_at")
    return {name: getattr(lane, name) for name in names}


def _check(check: ConnectionCheck, known: Redactor) -> dict[str, Any]:
    told = {name: getattr(check, name) for name in ("state", "error", "asked_at", "answered_at")}
    return told | {"code": known.sentence(check.code)}


def _operation(operation: Operation, known: Redactor) -> dict[str, Any]:
    names = ("operation_id", "kind", "state", "error", "attempts", "asked_at", "sent_at", "accepted_at", "settled_at")
    return {
        "id": operation.public_id,
        **{name: getattr(operation, name) for name in names},
        "code": known.sentence(operation.code),
        "subject": known.plain("", operation.subject),
        "parameters": {name: _setting(known, name, value) for name, value in operation.parameters.items()},
    }
