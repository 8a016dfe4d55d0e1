"""System checks: what every installed manifest must say before the product starts with it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core import checks
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from extensions.core import quality, registry
from extensions.core.contract import Manifest
from iotdash.lib.schema_forms import branches, discriminator, every_variant, is_secret, rules_of, secret_names

_SLUG = re.compile(r"[a-z][a-z0-9_]*")
# A double underscore would be a path in a database lookup.
# Calls a second. A lane waits for its turn while it holds its lease, so it must not wait longer than that.
SLOWEST_LANE = 0.1
# Services send again what was not taken for two days.
FEWEST_INBOUND_DAYS = 3
# A person's hour may begin within an hour of UTC, and a month has 31 days and, in October, an hour more.
FEWEST_CALL_HOURS, FEWEST_CALL_DAYS = 24, 32
# Bytes of one message that a service sends by itself; it is read into memory at once.
LARGEST_INBOUND = 10_000_000
LONGEST_NAME = 80
# What the set-up form itself sends beside the settings.
_OF_THE_FORM = {"action", "check", "draft"}
_DEVICE_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def register() -> None:
    """Called from AppConfig.ready()."""
    checks.register(check_manifests)
    checks.register(check_inbound)
    checks.register(check_call_counts)


def check_manifests(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Everything wrong with installed manifests, one error each, naming the extension."""
    found = [error for manifest in registry.manifests().values() for error in _errors_of(manifest)]
    return [*found, *_unloadable(), *_folders_without(), *_shared_keys()]


def check_inbound(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Whether events are kept for longer than services tell them again."""
    if settings.IOTDASH_INBOUND_DAYS >= FEWEST_INBOUND_DAYS:
        return []
    words = f"IOTDASH_INBOUND_DAYS is less than {FEWEST_INBOUND_DAYS}: what is told again would be processed twice."
    return [checks.Error(words, id="extensions.E023")]


def check_call_counts(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Whether calls are counted for as long as the call meter tells of them: it would show too few, and say nothing."""
    kept = {
        "IOTDASH_CALLS_BY_MINUTE_HOURS": (FEWEST_CALL_HOURS, "the last day could not be told by hour"),
        "IOTDASH_CALLS_BY_HOUR_DAYS": (FEWEST_CALL_DAYS, "calls of a whole month, or quota, could not be told"),
    }
    short = [(name, least, why) for name, (least, why) in kept.items() if getattr(settings, name) < least]
    return [checks.Error(f"{name} is less than {least}: {why}.", id="extensions.E024") for name, least, why in short]


def _errors_of(manifest: Manifest) -> Iterator[checks.Error]:
    problems = (
        *_about_names(manifest),
        *_about_schemas(manifest),
        *_about_variants(manifest.settings_schema),
        *_about_parts(manifest),
        *_about_capability(manifest),
    )
    for number, words in problems:
        yield checks.Error(f'Extension "{manifest.slug}": {words}', id=f"extensions.E{number:03}")


def _about_names(manifest: Manifest) -> Iterator[tuple[int, str]]:
    if not _SLUG.fullmatch(manifest.slug):
        yield 1, "a slug has lower-case letters, digits and single underscores, a letter first."
    if manifest.device_key and not _DEVICE_KEY.fullmatch(manifest.device_key):
        yield (
            3,
            f'the device key "{manifest.device_key}" has more than lower-case letters, digits and single underscores.',
        )
    if not manifest.name.strip() or not manifest.category.strip():
        yield 4, "name and category must not be empty."


def _about_schemas(manifest: Manifest) -> Iterator[tuple[int, str]]:
    schemas = {"settings_schema": manifest.settings_schema, "device_schema": manifest.device_schema}
    for name, schema in schemas.items():
        if schema is None:
            continue
        try:
            Draft202012Validator.check_schema(dict(schema))
        except SchemaError as error:
            yield 5, f"{name} is not a JSON schema of draft 2020-12: {error.message}"
        if schema.get("type") != "object":
            yield 6, f"{name} must describe an object."
    for name in _OF_THE_FORM.intersection(rules_of(manifest.settings_schema)):
        yield 22, f'a setting cannot be called "{name}": the set-up form sends that itself.'
    yield from _about_device_part(manifest)


def _about_device_part(manifest: Manifest) -> Iterator[tuple[int, str]]:
    if not manifest.device_key:
        return
    properties = (manifest.device_schema or {}).get("properties", {})
    if manifest.device_schema is None:
        yield 7, "it has a device key but no device_schema."
    elif manifest.subject_field not in properties:
        yield 8, f'subject_field "{manifest.subject_field}" is not a property of device_schema.'


def _about_variants(schema: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    if "oneOf" not in schema:
        return
    chooser = discriminator(schema)
    if not chooser:
        yield 15, "the branches of settings_schema must all fix the same common property, each by a const."
        return
    titles = [(each.get("const"), "title" in each) for each in schema["properties"][chooser].get("oneOf", ())]
    if titles != [(value, True) for value in branches(schema) if isinstance(value, str)] or len(titles) != len(
        schema["oneOf"]
    ):
        yield 16, f'"{chooser}" in settings_schema must list every branch once, in their order, by const and title.'
    if schema.get("unevaluatedProperties") is not False or "additionalProperties" in schema:
        yield 17, "settings_schema with branches is closed by unevaluatedProperties: false, and by nothing else."
    for name in secret_names(schema):
        if not all(is_secret(rules[name]) for rules in map(rules_of, every_variant(schema)) if name in rules):
            yield 18, f'"{name}" in settings_schema is a secret in one branch and none in another.'


def _about_parts(manifest: Manifest) -> Iterator[tuple[int, str]]:
    if manifest.paste and manifest.paste.variant not in ("", *branches(manifest.settings_schema)):
        yield 19, f'paste is for "{manifest.paste.variant}", which is no branch of settings_schema.'
    if manifest.inbound and not 0 < manifest.inbound.max_body <= LARGEST_INBOUND:
        yield 20, f"inbound takes bodies of 1 to {LARGEST_INBOUND} bytes."
    if manifest.single and len(manifest.name) > LONGEST_NAME:
        yield 21, f"its one configuration is called as it is, and a name has at most {LONGEST_NAME} characters."


def _about_capability(manifest: Manifest) -> Iterator[tuple[int, str]]:
    if manifest.capability not in registry.capabilities():
        yield 9, f'no capability "{manifest.capability}" is installed.'
        return
    for words in quality.problems(manifest):
        yield 25, words
    if manifest.lane.per_second < SLOWEST_LANE:
        yield 10, f"its lane is slower than {SLOWEST_LANE} calls a second; a runner would lose it while it waits."
    if manifest.lane.in_flight != 1 or not 0 < manifest.lane.budget <= 1:
        yield 14, "its lane has one call in flight, and a budget above 0 and at most 1."
    for spec in registry.capability(manifest).operations(manifest):
        if not spec.reads and spec.confirm_within is None:
            yield 13, f'operation "{spec.id}" changes something but says nothing of confirm_within.'


def _unloadable() -> list[checks.Error]:
    words = 'The manifest in folder "extensions/{}" cannot be imported: {}. Mend or remove the folder.'
    broken = registry.unloadable().items()
    return [checks.Error(words.format(folder, why), id="extensions.E012") for folder, why in broken]


def _folders_without() -> list[checks.Error]:
    words = 'Folder "extensions/{}" declares a manifest with another slug; folder and slug are one name.'
    known = registry.manifests().keys() | registry.unloadable().keys()
    missing = (folder for folder in settings.EXTENSION_PROVIDERS if folder not in known)
    return [checks.Error(words.format(folder), id="extensions.E002") for folder in missing]


def _shared_keys() -> list[checks.Error]:
    slugs: dict[str, list[str]] = {}
    for slug, manifest in registry.manifests().items():
        slugs.setdefault(manifest.device_key, []).append(f'"{slug}"')
    words = 'Extensions {} have the same device key "{}"; each needs its own.'
    shared = ((key, mine) for key, mine in slugs.items() if key and len(mine) > 1)
    return [checks.Error(words.format(" and ".join(mine), key), id="extensions.E011") for key, mine in shared]
