"""What the drilldown and the pages of a device's extensions show; used by the facet and by the views."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from devices.models import Device
from extensions.core import registry, targets
from extensions.core.contract import Manifest
from extensions.core.forms import DeviceConfigurationForm
from extensions.core.models import STANDING_STILL, DeviceConfiguration, ExtensionConfig, Health
from extensions.core.places import Place, on_device
from extensions.core.services import device_configuration
from extensions.core.targets import Target
from iotdash.lib.json_documents import Problem
from iotdash.organizations.authorization import may
from iotdash.organizations.roles import CONFIGURE_DEVICES, MANAGE_EXTENSIONS


@dataclass(frozen=True)
class Sample:
    """A part that shows what an extension wants to know of a device."""

    manifest: Manifest
    key: str
    part: Mapping[str, Any]

    @property
    def text(self) -> str:
        return json.dumps({self.key: self.part}, indent=2, ensure_ascii=False)


@dataclass(frozen=True)
class Panel:
    """What is known of one subject; `target` is None when its extension is not added any more."""

    key: str
    manifest: Manifest
    target: Target | None
    place: Place

    @property
    def element_id(self) -> str:
        return f"panel-{self.key}"

    @property
    def obstacle(self) -> Health | None:
        """Why nothing new can come: paused, or waiting for credentials or their key."""
        state = self.target.config.state if self.target else None
        return state if state in STANDING_STILL else None


def editing_context(
    request: HttpRequest,
    device: Device,
    form: DeviceConfigurationForm | None = None,
    configs: Iterable[ExtensionConfig] | None = None,
) -> dict[str, Any]:
    """Everything around the editor; `form` is the one that came back with problems.

    `configs` are the organization's, where they were read already.
    """
    current = device_configuration.loaded(device)
    enabled = device_configuration.keys_of(targets.enabled(device.organization) if configs is None else configs)
    editable = may(request.membership, CONFIGURE_DEVICES, request.organization)
    return {
        "device": device,
        "current": current,
        "form": form or _form(current, enabled, request.GET.get("sample", ""), editable=editable),
        "may_edit": editable,
        "may_manage": may(request.membership, MANAGE_EXTENSIONS, request.organization),
        "samples": [sample_of(manifest) for manifest in enabled.values()],
        "problems": [],
    }


def panels_of(
    device: Device, document: Mapping[str, Any], configs: Sequence[ExtensionConfig] | None = None
) -> list[Panel]:
    """One for every key of an installed extension, in the order of the document."""
    found = {target.manifest.device_key: target for target in targets.of_document(device, document, configs)}
    known = ((key, registry.by_device_key(key)) for key in document)
    return [Panel(key, manifest, found.get(key), on_device(device, key)) for key, manifest in known if manifest]


def sample_of(manifest: Manifest) -> Sample:
    properties = (manifest.device_schema or {}).get("properties", {})
    required = (manifest.device_schema or {}).get("required", list(properties))
    part = {name: _example(rule) for name, rule in properties.items() if name in required}
    return Sample(manifest, manifest.device_key, part)


def as_markers(problems: Sequence[Problem], severity: str = "error") -> list[dict[str, Any]]:
    """Problems as the JSON editor wants them."""
    return [
        {
            "line": problem.line,
            "column": problem.column,
            "message": problem.message,
            "where": problem.where,
            "expected": problem.expected,
            "severity": severity,
        }
        for problem in problems
    ]


def markers_of(validation: device_configuration.Validation) -> list[dict[str, Any]]:
    return [*as_markers(validation.problems), *as_markers(validation.warnings, "warning")]


def _form(
    current: DeviceConfiguration, enabled: Mapping[str, Manifest], sample: str, *, editable: bool
) -> DeviceConfigurationForm:
    document = dict(current.document)
    if sample in enabled and sample not in document:
        document[sample] = sample_of(enabled[sample]).part
    text = device_configuration.as_text(document)
    form = DeviceConfigurationForm(initial={"document": text, "version": current.version})
    form.fields["document"].disabled = not editable
    return form


def _example(rule: Mapping[str, Any]) -> Any:
    examples = rule.get("examples") or [rule.get("default", rule.get("const", "…"))]
    return examples[0]
