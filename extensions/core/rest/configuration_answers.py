"""Extension configurations, checks of them, and what is installed, as the API answers it. Secrets are never in it."""

from typing import Any

from extensions.core import queries, registry, secret_settings
from extensions.core.contract import Manifest, OperationSpec
from extensions.core.models import ConnectionCheck, ExtensionConfig, Health
from iotdash.lib.rest import schemas
from iotdash.lib.rest.times import TIME, instant
from iotdash.lib.schema_forms import secret_names, without_secrets
from iotdash.organizations.roles import Role

_TEXT, _FLAG, _OBJECT, _COUNT = {"type": "string"}, {"type": "boolean"}, {"type": "object"}, {"type": "integer"}
_MAYBE = {"type": ["string", "null"], "format": "date-time"}
_ID = {"type": "integer", "minimum": 1}
_NAME = {"type": "string", "minLength": 1, "maxLength": ExtensionConfig._meta.get_field("name").max_length}
_SETTINGS = {
    "type": "object",
    "writeOnly": True,
    "description": "By the extension's own schema, which the catalogue has. Secrets are only ever sent.",
}
schemas.register(
    "NewExtension",
    schemas.obj(
        {"extension": _TEXT, "name": _NAME, "settings": _SETTINGS},
        ("extension", "settings"),
        writeOnly=True,
        examples=[
            {
                "extension": "acme",
                "name": "Main account",
                "settings": {"username": "fleet", "password": "NotVerySecret1"},
            }
        ],
    ),
)
schemas.register(
    "ExtensionUpdate",
    schemas.obj(
        {
            "name": _NAME,
            "default": {**_FLAG, "description": "true: devices that name no configuration use this one."},
            "settings": {
                **_SETTINGS,
                "description": 'What is left out stays; "" takes a value away. With another address, all secrets.',
            },
        },
        writeOnly=True,
        examples=[{"name": "Main account"}],
    ),
)
_CONFIGURATION = {
    "id": _ID,
    "extension": _TEXT,
    "extensionName": _TEXT,
    "name": _TEXT,
    "default": _FLAG,
    "settings": {**_OBJECT, "description": "Without secrets."},
    "secrets": {"type": "array", "items": _TEXT, "description": "Names of the secrets that are stored."},
    "endpoint": _TEXT,
    "health": {"enum": list(Health.values)},
    "healthSince": TIME,
    "reason": _TEXT,
    "paused": _FLAG,
    "lastSuccess": _MAYBE,
    "nextAttempt": _MAYBE,
    "devices": {**_COUNT, "description": "How many devices it answers for."},
    "waiting": {**_COUNT, "description": "Operations without an outcome."},
    "created": TIME,
    "createdBy": _TEXT,
    "updated": TIME,
}
schemas.register("Extension", schemas.obj(_CONFIGURATION, tuple(_CONFIGURATION)))
schemas.register("ExtensionPage", schemas.page_of(schemas.ref("Extension")))
_CHECK = {
    "id": {**_TEXT, "format": "uuid"},
    "extension": _TEXT,
    "state": {"enum": list(ConnectionCheck.State.values)},
    "settled": _FLAG,
    "sentence": _TEXT,
    "error": _TEXT,
    "code": {**_TEXT, "description": "The service's own code."},
    "words": {**_TEXT, "description": "The service's own words."},
    "facts": _OBJECT,
    "askedBy": _TEXT,
    "askedAt": TIME,
    "answeredAt": _MAYBE,
}
schemas.register("ConnectionCheck", schemas.obj(_CHECK, tuple(_CHECK)))
_OPERATION = {
    "id": _TEXT,
    "title": _TEXT,
    "kind": {"enum": ["read", "write", "irreversible"]},
    "method": _TEXT,
    "leastRole": {"enum": list(Role.labels)},
}
_ENTRY = {
    "extension": _TEXT,
    "deviceKey": {**_TEXT, "description": "Its key in a device's configuration; empty where devices have no part."},
    "name": _TEXT,
    "category": _TEXT,
    "summary": _TEXT,
    "lifeCycle": _TEXT,
    "single": {**_FLAG, "description": "An organization has at most one configuration of it."},
    "configurations": _COUNT,
    "settingsSchema": _OBJECT,
    "deviceSchema": {"type": ["object", "null"]},
    "operations": {"type": "array", "items": schemas.obj(_OPERATION, tuple(_OPERATION))},
}
schemas.register("InstalledExtension", schemas.obj(_ENTRY, tuple(_ENTRY)))
schemas.register("InstalledExtensionPage", schemas.page_of(schemas.ref("InstalledExtension")))


def configuration_body(config: ExtensionConfig) -> dict[str, Any]:
    view, manifest = queries.view_of(config), registry.manifest(config.slug)
    return {
        "id": config.pk,
        "extension": config.slug,
        "extensionName": manifest.name,
        "name": config.name,
        "default": config.is_default,
        "settings": without_secrets(manifest.settings_schema, config.settings),
        "secrets": _stored_secrets(config, manifest),
        "endpoint": manifest.endpoint(config.settings),
        "health": view.health,
        "healthSince": instant(config.state_since),
        "reason": view.reason,
        "paused": config.paused_at is not None,
        "lastSuccess": config.last_success_at and instant(config.last_success_at),
        "nextAttempt": config.next_attempt_at and instant(config.next_attempt_at),
        "devices": queries.linked_devices(config).count(),
        "waiting": view.waiting,
        "created": instant(config.created_at),
        "createdBy": config.created_by,
        "updated": instant(config.updated_at),
    }


def _stored_secrets(config: ExtensionConfig, manifest: Manifest) -> list[str]:
    """Not known, so none, while they cannot be read."""
    stored = secret_settings.readable(config)
    return [name for name in secret_names(manifest.settings_schema, stored) if name in stored]


def check_body(check: ConnectionCheck) -> dict[str, Any]:
    return {
        "id": str(check.public_id),
        "extension": check.slug,
        "state": check.state,
        "settled": check.settled,
        "sentence": check.sentence,
        "error": check.error,
        "code": check.code,
        "words": check.words,
        "facts": check.facts,
        "askedBy": check.asked_by,
        "askedAt": instant(check.asked_at),
        "answeredAt": check.answered_at and instant(check.answered_at),
    }


def catalogue_entry(manifest: Manifest, configurations: int) -> dict[str, Any]:
    specs = registry.capability(manifest).operations(manifest)
    return {
        "extension": manifest.slug,
        "deviceKey": manifest.device_key,
        "name": manifest.name,
        "category": manifest.category,
        "summary": manifest.summary,
        "lifeCycle": manifest.life_cycle,
        "single": manifest.single,
        "configurations": configurations,
        "settingsSchema": dict(manifest.settings_schema),
        "deviceSchema": manifest.device_schema and dict(manifest.device_schema),
        "operations": [_operation(spec) for spec in specs],
    }


def _operation(spec: OperationSpec) -> dict[str, Any]:
    return {
        "id": spec.id,
        "title": spec.title,
        "kind": spec.kind,
        "method": spec.method,
        "leastRole": spec.least_role.label,
    }
