"""The manifest: all that the product knows of an extension before it is added."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from extensions.core.contract.context import Context
from extensions.core.contract.demo import DemoData
from extensions.core.contract.inbound import Inbound
from extensions.core.contract.operation import Proof
from extensions.core.contract.paste import Paste
from extensions.core.contract.sandbox import Sandbox
from extensions.core.contract.wire import Wire


class Provider(Protocol):
    """The least that every provider does. What else it does is its capability's contract."""

    def check(self, context: Context) -> Proof:
        """Makes an authenticated read and says what that proved; raises a ProviderError with the provider's words."""


@dataclass(frozen=True)
class LanePolicy:
    """How many calls a second one external account takes, over all its users.

    `in_flight` is how many may be under way at once; lanes know one and a check refuses others. `budget` is the share
    of the rate, above 0 and at most 1, that slow background reading may take in any minute. An account that fails is
    left alone for longer and longer, at most for `longest_pause` seconds: more where calls that fail may be counted.
    """

    per_second: float
    in_flight: int = 1
    budget: float = 0.5
    longest_pause: float = 300


@dataclass(frozen=True)
class Manifest:
    """`slug` names the folder, `device_key` the key in a device's configuration (empty: no device part).

    `settings_schema` and `device_schema` are JSON schemas of objects (draft 2020-12): the single source of validation,
    form, editor and documentation. `writeOnly: true` marks a secret, `x-address: true` a field that says where they go,
    `x-local: true` one on which no call depends: changing it leaves the proof of the credentials as it is.
    A settings schema may have variants: `oneOf` of objects that each fix the same property by `const`; that property
    stands among the common ones with the titles.
    `subject_field` is the field of the device part that identifies the device at the provider.
    `account_key(settings)` is equal for settings that reach the same external account.
    `life_cycle` says what became of the service; `endpoint(settings)` is the address that will be called, for showing.
    `derived(settings)` says of fields that may be left empty what follows for them: {field: "REST, from the host"}.
    `capability` names the contract that `provider` fulfils ("sims").
    `device_problems(device_part)` are (field, sentence) pairs that refuse a device configuration beyond its schema;
    `warnings(device_part)` are sentences that do not. `settings_problems(settings)` are the same for settings.
    Both take any mapping, also one that fails the schema; for a field that both refuse, theirs is shown.
    `service` is what sentences call the service, where that is not the extension's name: "the mail service".
    `single`: an organization has at most one configuration of it; its tile is on the Extensions page from the start.
    `paste` reads settings from a text, such as a credentials file; `inbound` is what the service sends by itself.
    `exempt` are rules of `contract.quality` that it does not keep: {rule: reason, in a sentence}.
    `wire` says what diagnostics may keep of the calls; if it says nothing, that is hardly more than sizes.
    """

    slug: str
    device_key: str
    name: str
    category: str
    summary: str
    life_cycle: str
    capability: str
    provider: Provider
    settings_schema: Mapping[str, Any]
    account_key: Callable[[Mapping[str, Any]], str]
    lane: LanePolicy
    device_schema: Mapping[str, Any] | None = None
    subject_field: str = ""
    endpoint: Callable[[Mapping[str, Any]], str] = lambda settings: ""
    derived: Callable[[Mapping[str, Any]], Mapping[str, str]] = lambda settings: {}
    settings_problems: Callable[[Mapping[str, Any]], tuple[tuple[str, str], ...]] = lambda settings: ()
    settings_warnings: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda settings: ()
    device_problems: Callable[[Mapping[str, Any]], tuple[tuple[str, str], ...]] = lambda part: ()
    warnings: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda part: ()
    service: str = ""
    single: bool = False
    paste: Paste | None = None
    inbound: Inbound | None = None
    exempt: Mapping[str, str] = field(default_factory=dict)
    wire: Wire = field(default_factory=Wire)
    sandbox: Callable[[], Sandbox] | None = None
    demo: Callable[[Path], DemoData] | None = None

    @property
    def service_name(self) -> str:
        """Whose words, in a sentence."""
        return self.service or self.name
