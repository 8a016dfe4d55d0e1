"""Device configuration: the JSON that an administrator confirms on a device."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from devices.identifiers import IdentifierTaken, set_configured, set_identifiers
from devices.models import Device
from extensions.core import registry, targets
from extensions.core.contract import Manifest
from extensions.core.models import DeviceConfiguration, Operation
from extensions.core.services import device_validation, linking, operations
from extensions.core.services.device_validation import Around, Validation, keys_of
from extensions.core.targets import Target
from iotdash.audit.services import Source, record
from iotdash.lib.json_documents import parse

EMPTY = "{\n}\n"


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
    return device_validation.schema_of(current(device).document, enabled_keys(device))


def enabled_keys(device: Device) -> dict[str, Manifest]:
    """Device key → manifest of the extensions that the organization has added."""
    return keys_of(targets.enabled(device.organization))


def validate(device: Device, text: str) -> Validation:
    """Checks text typed by a person: JSON, schema, what spreadsheets do to numbers, identifiers of other devices."""
    return _validation(text, current(device), Around.of(device.organization))


def _validation(text: str, stored: DeviceConfiguration, around: Around) -> Validation:
    document = parse(text)
    if document.problems:
        return Validation(document, list(document.problems))
    return device_validation.validation_of(stored.device, document, stored.document, around)


def confirm(device: Device, text: str, version: int, source: Source, *, refresh: bool = True) -> DeviceConfiguration:
    """Saves the document and asks each configured service for its first record. Raises Invalid, Stale.

    `version` is the one that the person started from.
    """
    before = current(device)
    if before.version != version:
        raise Stale(before)
    return replace(before, text, source, Around.of(device.organization), refresh=refresh)


def replace(
    before: DeviceConfiguration, text: str, source: Source, around: Around, *, refresh: bool = True
) -> DeviceConfiguration:
    """`confirm` for whoever knows what is stored and what is around, as of many devices. Raises Invalid, Stale."""
    validation, device = _validation(text, before, around), before.device
    if validation.problems:
        raise Invalid(validation)
    document = validation.document.value
    try:
        with transaction.atomic():
            saved = _save(before, document, source)
            set_configured(device, bool(document))
            set_identifiers(device, _identifiers(document, around.keys))
            found = targets.of_document(device, document, around.configs)
            linking.link_to(device, found)
            if refresh:
                _ask_first_records(found, source)
    except IdentifierTaken:
        raise Invalid(validate(device, text)) from None
    return saved


def _save(before: DeviceConfiguration, document: dict, source: Source) -> DeviceConfiguration:
    if before.document == document:
        return before
    device, made = before.device, {"changed_by": source.actor, "changed_at": timezone.now()}
    saved = DeviceConfiguration(device=device, document=document, version=before.version + 1, **made)
    if not (_update(saved) if before.version else _insert(saved)):
        raise Stale(current(device))
    record(source, "device configuration changed", "device", device.path, before=before.document, after=document)
    return saved


def _update(saved: DeviceConfiguration) -> bool:
    """False if somebody was faster."""
    same = DeviceConfiguration.objects.filter(device=saved.device, version=saved.version - 1)
    values = {"document": saved.document, "changed_by": saved.changed_by, "changed_at": saved.changed_at}
    return bool(same.update(version=saved.version, **values))


def _insert(saved: DeviceConfiguration) -> bool:
    """False if somebody was faster."""
    try:
        with transaction.atomic():
            saved.save(force_insert=True)
    except IntegrityError:
        if DeviceConfiguration.objects.filter(device=saved.device).exists():
            return False
        raise
    return True


def _ask_first_records(found: Sequence[Target], source: Source) -> None:
    for target in found:
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


def _identifiers(document: Mapping[str, Any], keys: Mapping[str, Manifest]) -> dict[str, str | None]:
    """Identifier key → value of every enabled extension; None where the document has no such part any more."""
    found: dict[str, str | None] = {}
    for key, manifest in keys.items():
        part = document.get(key) or {}
        found[f"{key}.{manifest.subject_field}"] = part.get(manifest.subject_field)
    return found
