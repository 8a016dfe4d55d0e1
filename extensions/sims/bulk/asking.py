"""What can be asked of many SIMs at once, and what each carrier makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extensions.core import registry
from extensions.core.contract import Manifest, OperationSpec
from extensions.core.models import ExtensionConfig
from extensions.core.services import operations as asking
from extensions.sims import operations
from extensions.sims.contract import SimState

STATE, PLAN, SMS, REFRESH = operations.STATUS, operations.RATE_PLAN, operations.SMS, operations.OVERVIEW
TITLES = {
    STATE: "Change activation state",
    PLAN: "Change rate plan",
    SMS: "Send SMS",
    REFRESH: "Refresh",
}


@dataclass(frozen=True)
class Request:
    """`what`: one of TITLES; `parameters` as its operation takes them."""

    what: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        if self.what == REFRESH:
            return "Refresh SIMs"
        value = next(iter(self.parameters.values()), "")
        return f"{TITLES[self.what]} to {value}" if self.what in (STATE, PLAN) else TITLES[self.what]

    @property
    def told(self) -> list[tuple[str, str]]:
        """What the title does not say, as (label, text)."""
        return [("Message", self.parameters["message"])] if self.what == SMS else []

    @property
    def irreversible(self) -> bool:
        return self.parameters.get("status") == SimState.RETIRED

    def spec(self, manifest: Manifest, settings: Mapping[str, Any]) -> OperationSpec | None:
        """As the carrier has it under these settings; None if it does not."""
        name = manifest.provider.overview if self.what == REFRESH else self.what
        return registry.operation(manifest, name, settings)


def problem(request: Request, manifest: Manifest, config: ExtensionConfig) -> str:
    """Why none of this configuration's SIMs can be asked for it, or ""."""
    spec = request.spec(manifest, config.settings)
    if spec is None:
        return f"{manifest.name} does not offer this."
    try:
        asking.validate(spec, request.parameters)
    except asking.InvalidParameters as error:
        if request.what == STATE:
            return f"{manifest.name} has no state {request.parameters['status']} that can be set."
        return f"{manifest.name}: {error}"
    return ""


def states(configs: Sequence[ExtensionConfig]) -> list[str]:
    """That can be set at any of their carriers, in the carriers' order."""
    providers = (registry.manifest(config.slug).provider for config in configs)
    return list(dict.fromkeys(state for provider in providers for state in provider.settable_states))


def offered(configs: Sequence[ExtensionConfig]) -> list[str]:
    """Those of TITLES that any of their carriers has."""
    manifests = [registry.manifest(config.slug) for config in configs]
    return [what for what in TITLES if any(Request(what).spec(each, {}) for each in manifests)]
