"""Which settings a schema knows, and which of them are secrets, addresses, or to be typed again."""

from collections.abc import Callable, Mapping
from typing import Any

from iotdash.lib.schema_forms.variants import Schema, every_variant, variant_schema

Settings = Mapping[str, Any]


def rules_of(schema: Schema, settings: Settings | None = None) -> dict[str, Schema]:
    """{field: its rule} of the variant that the settings name; without settings, of every variant."""
    found: dict[str, Schema] = {}
    for each in _schemas(schema, settings):
        found |= {name: rule for name, rule in each.get("properties", {}).items() if name not in found}
    return found


def secret_names(schema: Schema, settings: Settings | None = None) -> list[str]:
    """Fields with `writeOnly: true` or `format: password`; of the variant that the settings name, else of every one."""
    return _names(schema, settings, is_secret)


def address_names(schema: Schema, settings: Settings | None = None) -> list[str]:
    """Fields with `x-address: true`, and what chooses the variant."""
    return _names(schema, settings, lambda rule: bool(rule.get("x-address")))


def local_names(schema: Schema, settings: Settings | None = None) -> list[str]:
    """Fields with `x-local: true`: no call to the service depends on them."""
    return _names(schema, settings, lambda rule: bool(rule.get("x-local")))


def without_local(schema: Schema, settings: Settings) -> dict[str, Any]:
    """What of the settings calls depend on."""
    local = set(local_names(schema, settings))
    return {name: value for name, value in settings.items() if name not in local}


def without_secrets(schema: Schema, settings: Settings) -> dict[str, Any]:
    """What of the settings may be shown."""
    secret = set(secret_names(schema))
    return {name: value for name, value in settings.items() if name not in secret}


def changed_addresses(schema: Schema, stored: Settings, new: Settings) -> list[str]:
    """Addresses of the new settings that the stored ones have differently. A default made explicit is no change."""
    presets = {name: rule.get("default") for name, rule in rules_of(schema, new).items()}
    addresses = address_names(schema, new)
    return [name for name in addresses if stored.get(name, presets[name]) != new.get(name, presets[name])]


def secrets_to_retype(schema: Schema, stored: Settings, new: Settings) -> list[str]:
    """Stored secrets that must be typed again because an address changed; empty if none did."""
    changed = changed_addresses(schema, stored, new)
    return [name for name in secret_names(schema) if stored.get(name)] if changed else []


def carried_over(schema: Schema, stored: Settings, new: Settings) -> dict[str, Any]:
    """The new settings, with the stored secrets of the same variant that may be kept and are not among them."""
    retype = secrets_to_retype(schema, stored, new)
    kept = [name for name in secret_names(schema, new) if stored.get(name) and name not in retype]
    return {**{name: stored[name] for name in kept}, **new}


def is_secret(rule: Schema) -> bool:
    return bool(rule.get("writeOnly")) or rule.get("format") == "password"


def _names(schema: Schema, settings: Settings | None, fits: Callable[[Schema], bool]) -> list[str]:
    properties = (each.get("properties", {}) for each in _schemas(schema, settings))
    return list(dict.fromkeys(name for known in properties for name, rule in known.items() if fits(rule)))


def _schemas(schema: Schema, settings: Settings | None) -> list[Schema]:
    return every_variant(schema) if settings is None else [variant_schema(schema, settings)]
