"""Whether a device configuration is good: by the schemas of the extensions, and by what else is known here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Self

from devices.identifiers import owner_of
from devices.models import Device
from extensions.core import registry, targets
from extensions.core.contract import Manifest
from extensions.core.models import ExtensionConfig
from extensions.core.targets import CONFIGURATION_KEY
from iotdash.lib.json_documents import Document, Problem, check_document, did_you_mean, names_in_words
from iotdash.organizations.models import Organization


@dataclass(frozen=True)
class Validation:
    """`problems` refuse the document, `warnings` do not. Each has a position in the text."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Around:
    """What documents of an organization's devices are checked against; one serves many of them.

    `owner(key, value)` is the device that has an identifier, if any.
    """

    configs: Sequence[ExtensionConfig]
    owner: Callable[[str, str], Device | None]

    @classmethod
    def of(cls, organization: Organization) -> Self:
        return cls(list(targets.enabled(organization)), partial(owner_of, organization))

    @cached_property
    def keys(self) -> dict[str, Manifest]:
        return keys_of(self.configs)


def keys_of(configs: Iterable[ExtensionConfig]) -> dict[str, Manifest]:
    """Device key → manifest of the extensions that these configurations are of."""
    slugs = {config.slug for config in configs}
    manifests = (manifest for slug, manifest in registry.manifests().items() if slug in slugs)
    return {manifest.device_key: manifest for manifest in manifests if manifest.device_key}


def schema_of(stored: Mapping[str, Any], keys: Mapping[str, Manifest]) -> dict[str, Any]:
    """Composed from the extensions of `keys`; what is stored for others passes unchanged."""
    parts = {key: _part_schema(manifest) for key, manifest in keys.items()}
    kept = {key: {"const": value} for key, value in stored.items() if key not in parts}
    return {"type": "object", "properties": parts | kept, "additionalProperties": False}


def validation_of(device: Device, document: Document, stored: Mapping[str, Any], around: Around) -> Validation:
    """`document` without problems of syntax; `stored` is what the device has."""
    keys = around.keys
    special = [*_not_enabled(document, stored, keys), *_device_problems(document, keys)]
    said = {problem.path for problem in special}
    found = check_document(document, schema_of(stored, keys))
    problems = special + [problem for problem in found if problem.path not in said]
    if not problems:
        problems = [*_unknown_configurations(document, around), *_taken(device, document, around)]
    return Validation(document, sorted(problems, key=lambda p: (p.line, p.column)), _warnings(document, keys))


def _part_schema(manifest: Manifest) -> dict[str, Any]:
    own = dict(manifest.device_schema or {"type": "object"})
    name = {"type": "string", "title": "Name of the extension configuration to use"}
    return own | {"properties": {**own.get("properties", {}), CONFIGURATION_KEY: name}}


def _not_enabled(document: Document, stored: Mapping[str, Any], keys: Mapping[str, Manifest]) -> list[Problem]:
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


def _unknown_configurations(document: Document, around: Around) -> list[Problem]:
    configs, problems = around.configs, []
    for key, manifest, part in _parts(document, around.keys):
        name = part.get(CONFIGURATION_KEY)
        if name is not None and targets.pick(configs, manifest.slug, name) is None:
            names = ", ".join(f'"{config.name}"' for config in configs if config.slug == manifest.slug)
            words = f'No configuration of {manifest.name} is named "{name}". There is: {names}.'
            problems.append(_problem(document, (key, CONFIGURATION_KEY), words))
    return problems


def _taken(device: Device, document: Document, around: Around) -> list[Problem]:
    problems = []
    for key, manifest, part in _parts(document, around.keys):
        field_name = manifest.subject_field
        other = around.owner(f"{key}.{field_name}", str(part.get(field_name, "")))
        if other and other.pk != device.pk:
            words = f"Device {other.device_id} of type {other.device_type.type_id} already has this {field_name}."
            problems.append(_problem(document, (key, field_name), words))
    return problems


def _problem(document: Document, path: tuple, message: str, *, on_key: bool = False) -> Problem:
    places = document.key_positions if on_key else document.positions
    line, column = places.get(path) or document.positions.get(path[:-1]) or (1, 1)
    return Problem(path=path, line=line, column=column, message=message)
