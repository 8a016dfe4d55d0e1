"""Device configuration: the JSON that an administrator confirms on a device."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from devices.identifiers import IdentifierTaken, owner_of, set_configured, set_identifiers
from devices.models import Device
from extensions.core import registry, targets
from extensions.core.contract import Manifest
from extensions.core.models import DeviceConfiguration, ExtensionConfig, Operation
from extensions.core.services import linking, operations
from extensions.core.targets import CONFIGURATION_KEY, Target
from iotdash.audit.services import Source, record
from iotdash.lib.json_documents import (
    Document,
    Problem,
    check_document,
    did_you_mean,
    names_in_words,
    parse,
)

EMPTY = "{\n}\n"


@dataclass(frozen=True)
class Validation:
    """`problems` refuse the document, `warnings` do not. Each has a position in the text."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class Invalid(Exception):
    def __init__(self, validation: Validation) -> None:
        super().__init__("The device configuration has problems.")
        self.validation = validation


class Stale(Exception):
    """Somebody confirmed a newer configuration meanwhile."""

    def __init__(self, current: DeviceConfiguration) -> None:
        super().__init__("Somebody else changed this configuration meanwhile.")
        self.current = current


def current(device: Device) -> DeviceConfiguration:
    """The stored configuration, or an unsaved empty one of version 0."""
    stored = DeviceConfiguration.objects.filter(device=device).first()
    return stored or DeviceConfiguration(device=device, version=0)


def loaded(device: Device) -> DeviceConfiguration:
    """The same as it was when the device was loaded, which pages do in one query with it."""
    return getattr(device, "configuration", None) or DeviceConfiguration(device=device, version=0)


def as_text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n" if document else EMPTY


def schema(device: Device) -> dict[str, Any]:
    """One schema composed from the enabled extensions; keys of removed ones pass unchanged."""
    stored = current(device).document
    parts = {key: _part_schema(manifest) for key, manifest in enabled_keys(device).items()}
    kept = {key: {"const": value} for key, value in stored.items() if key not in parts}
    return {"type": "object", "properties": parts | kept, "additionalProperties": False}


def enabled_keys(device: Device) -> dict[str, Manifest]:
    """Device key → manifest of the extensions that the organization has added."""
    return keys_of(targets.enabled(device.organization))


def keys_of(configs: Iterable[ExtensionConfig]) -> dict[str, Manifest]:
    """Device key → manifest of the extensions that these configurations are of."""
    slugs = {config.slug for config in configs}
    manifests = (manifest for slug, manifest in registry.manifests().items() if slug in slugs)
    return {manifest.device_key: manifest for manifest in manifests if manifest.device_key}


def validate(device: Device, text: str) -> Validation:
    """Checks text typed by a person: JSON, schema, what spreadsheets do to numbers, identifiers of other devices."""
    document = parse(text)
    if document.problems:
        return Validation(document, list(document.problems))
    keys = enabled_keys(device)
    special = [*_not_enabled(device, document, keys), *_device_problems(document, keys)]
    said = {problem.path for problem in special}
    problems = special + [problem for problem in check_document(document, schema(device)) if problem.path not in said]
    if not problems:
        problems = [*_unknown_configurations(device, document, keys), *_taken(device, document, keys)]
    return Validation(document, sorted(problems, key=lambda p: (p.line, p.column)), _warnings(document, keys))


def confirm(device: Device, text: str, version: int, source: Source, *, refresh: bool = True) -> DeviceConfiguration:
    """Saves the document and asks each configured service for its first record. Raises Invalid, Stale.

    `version` is the one that the person started from.
    """
    validation = validate(device, text)
    if validation.problems:
        raise Invalid(validation)
    document = validation.document.value
    try:
        with transaction.atomic():
            saved = _save(device, document, version, source)
            set_configured(device, bool(document))
            set_identifiers(device, _identifiers(document, enabled_keys(device)))
            linking.link(device)
            if refresh:
                _ask_first_records(device, source)
    except IdentifierTaken:
        raise Invalid(validate(device, text)) from None
    return saved


def _save(device: Device, document: dict, version: int, source: Source) -> DeviceConfiguration:
    now = timezone.now()
    before = current(device)
    if before.version != version:
        raise Stale(before)
    if before.document == document:
        return before
    if version == 0:
        saved, made = DeviceConfiguration.objects.get_or_create(
            device=device, defaults={"document": document, "changed_by": source.actor, "changed_at": now}
        )
        if not made:
            raise Stale(saved)
    else:
        same = DeviceConfiguration.objects.filter(device=device, version=version)
        if not same.update(document=document, version=version + 1, changed_by=source.actor, changed_at=now):
            raise Stale(current(device))
    record(source, "device configuration changed", "device", device.path, before=before.document, after=document)
    return current(device)


def _ask_first_records(device: Device, source: Source) -> None:
    for target in targets.of_device(device):
        ask_first_record(target, source)


def ask_first_record(target: Target, source: Source) -> None:
    """A background read by the first reading operation of an extension; skipped while it cannot be called."""
    capability = registry.capability(target.manifest)
    specs = capability.operations(target.manifest)
    overview = next((spec for spec in specs if spec.reads), None)
    if overview is None or capability.fetches_first(target):
        return
    try:
        operations.ask(target, overview, {}, source, priority=Operation.BACKGROUND)
    except operations.NotCallable:
        return


def _part_schema(manifest: Manifest) -> dict[str, Any]:
    own = dict(manifest.device_schema or {"type": "object"})
    name = {"type": "string", "title": "Name of the extension configuration to use"}
    return own | {"properties": {**own.get("properties", {}), CONFIGURATION_KEY: name}}


def _not_enabled(device: Device, document: Document, keys: Mapping[str, Manifest]) -> list[Problem]:
    stored = current(device).document
    value = document.value if isinstance(document.value, dict) else {}
    unusable = [key for key, part in value.items() if key not in keys and (key not in stored or stored[key] != part)]
    return [_unusable(document, key) for key in unusable]


def _unusable(document: Document, key: str) -> Problem:
    """A key whose extension is not added, or that no installed extension has."""
    installed = sorted(each.device_key for each in registry.manifests().values() if each.device_key)
    manifest = registry.by_device_key(key)
    if manifest:
        words = f"The extension {manifest.name} is not added to this organization. An administrator can add it."
        return document.problem((key,), words, at_key=True)
    words = f'No extension with the key "{key}" is installed here.{did_you_mean(key, installed)}'
    return document.problem((key,), words, names_in_words(installed), at_key=True)


def _parts(document: Document, keys: Mapping[str, Manifest]) -> list[tuple[str, Manifest, Mapping[str, Any]]]:
    value = document.value if isinstance(document.value, dict) else {}
    return [(key, keys[key], part) for key, part in value.items() if key in keys and isinstance(part, dict)]


def _device_problems(document: Document, keys: Mapping[str, Manifest]) -> list[Problem]:
    return [
        _problem(document, (key, name), words)
        for key, manifest, part in _parts(document, keys)
        for name, words in manifest.device_problems(part)
    ]


def _warnings(document: Document, keys: Mapping[str, Manifest]) -> list[Problem]:
    return [
        _problem(document, (key, manifest.subject_field), words)
        for key, manifest, part in _parts(document, keys)
        for words in manifest.warnings(part)
    ]


def _unknown_configurations(device: Device, document: Document, keys: Mapping[str, Manifest]) -> list[Problem]:
    configs = list(targets.enabled(device.organization))
    problems = []
    for key, manifest, part in _parts(document, keys):
        name = part.get(CONFIGURATION_KEY)
        if name is not None and targets.pick(configs, manifest.slug, name) is None:
            names = ", ".join(f'"{config.name}"' for config in configs if config.slug == manifest.slug)
            words = f'No configuration of {manifest.name} is named "{name}". There is: {names}.'
            problems.append(_problem(document, (key, CONFIGURATION_KEY), words))
    return problems


def _taken(device: Device, document: Document, keys: Mapping[str, Manifest]) -> list[Problem]:
    problems = []
    for key, manifest, part in _parts(document, keys):
        field_name = manifest.subject_field
        other = owner_of(device.organization, f"{key}.{field_name}", str(part.get(field_name, "")))
        if other and other.pk != device.pk:
            words = f"Device {other.device_id} of type {other.device_type.type_id} already has this {field_name}."
            problems.append(_problem(document, (key, field_name), words))
    return problems


def _identifiers(document: Mapping[str, Any], keys: Mapping[str, Manifest]) -> dict[str, str | None]:
    """Identifier key → value of every enabled extension; None where the document has no such part any more."""
    found: dict[str, str | None] = {}
    for key, manifest in keys.items():
        part = document.get(key) or {}
        found[f"{key}.{manifest.subject_field}"] = part.get(manifest.subject_field)
    return found


def _problem(document: Document, path: tuple, message: str, *, on_key: bool = False) -> Problem:
    places = document.key_positions if on_key else document.positions
    line, column = places.get(path) or document.positions.get(path[:-1]) or (1, 1)
    return Problem(path=path, line=line, column=column, message=message)
