"""`/sims/{id}/ops/{operation}`: operations on a SIM, whether a device has it or not.

Carriers declare the same operations with limits and states of their own. A path is described by what they have in
common; what is sent is checked by what the SIM's own carrier declares.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from extensions.core import registry
from extensions.core.contract import OperationSpec
from extensions.core.rest import asking
from extensions.core.targets import Target
from extensions.sims.pages import target_of
from extensions.sims.queries import CAPABILITY
from extensions.sims.rest.sims import sim_or_404
from iotdash.organizations.rest import OrganizationRestView

Schema = Mapping[str, Any]


class OfSim(OrganizationRestView):
    section = "SIMs"

    def target(self, sim_id: int) -> Target:
        return target_of(sim_or_404(self, sim_id))


def views() -> dict[str, type[OrganizationRestView]]:
    """By operation id, of all carriers that are installed."""
    return {name: _view(specs) for name, specs in _declared().items()}


def _declared() -> dict[str, list[OperationSpec]]:
    found = defaultdict(list)
    for manifest in registry.manifests().values():
        if manifest.capability == CAPABILITY:
            for spec in registry.capability(manifest).operations(manifest):
                found[spec.id].append(spec)
    return found


def _view(specs: Sequence[OperationSpec]) -> type[OrganizationRestView]:
    first = specs[0]
    parameters = {**first.parameters, "properties": _properties([each.parameters for each in specs], _common)}
    result = {**first.result, "properties": _properties([each.result for each in specs], _first)}
    spec = replace(first, parameters=parameters, result=result)
    return asking.made(OfSim, f"Sim{spec.id.capitalize()}", spec, f"A SIM: {spec.title}")


def _properties(shapes: Sequence[Schema], together: Any) -> dict[str, Schema]:
    rules = defaultdict(list)
    for shape in shapes:
        for name, rule in shape.get("properties", {}).items():
            rules[name].append(rule)
    return {name: together(each) for name, each in rules.items()}


def _common(rules: Sequence[Schema]) -> Schema:
    return {name: rule for name, rule in rules[0].items() if all(each.get(name) == rule for each in rules)}


def _first(rules: Sequence[Schema]) -> Schema:
    return rules[0]
