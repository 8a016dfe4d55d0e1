"""A capability: what a family of providers can do, with the rows that keep what they answered."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from extensions.core.contract.context import Context
from extensions.core.contract.inbound import InboundRecord
from extensions.core.contract.manifest import Manifest
from extensions.core.contract.operation import Answer, Ask, Known, OperationSpec, ReadBack
from extensions.core.contract.quota import Quota


class Capability(Protocol):
    """Registered with core under `name`; a manifest names the one that its provider fulfils.

    `perform` and `read_back` run inside the account's lane and only talk to the provider. `store` runs inside the
    transaction that records the outcome and only writes rows.
    """

    name: str

    def operations(
        self, manifest: Manifest, settings: Mapping[str, Any] = MappingProxyType({})
    ) -> Sequence[OperationSpec]:
        """`settings` are those of a configuration, secrets or not; without them, what the extension has at most."""

    def perform(self, manifest: Manifest, context: Context, ask: Ask) -> Answer: ...

    def read_back(self, manifest: Manifest, context: Context, ask: Ask) -> ReadBack: ...

    def store(self, config: Any, subject: str, fetched: Any, at: datetime) -> None: ...

    def known(self, target: Any, operation_id: str, parameters: Mapping[str, Any]) -> Known | None:
        """What is kept of what this read answers about a core `Target`; None before anything is. Rows only.

        Raises NotFound where the provider last said that it does not know the subject.
        """

    def note_missing(self, config: Any, subject: str, at: datetime) -> None:
        """The provider says that it does not know the subject."""

    def link(self, device: Any, targets: Sequence[Any]) -> None:
        """The device's configuration changed: these are its targets now, of every capability."""

    def fetches_first(self, target: Any) -> bool:
        """Whether it sees by itself to the first record of a target, with others in one call; else each is asked for.

        Called in the transaction that confirms a device's configuration.
        """

    def having(self, configs: Sequence[Any], subject: str) -> Collection[int]:
        """Primary keys of those configurations whose inventory has the subject."""

    def linked(self, config: Any, *, listed: bool = False) -> Any:
        """Primary keys of the devices that are linked to the configuration, as a QuerySet that is cheap to count.

        `listed`: its inventory has their subjects.
        """

    def panel(self, request: Any, target: Any, place: Any) -> tuple[str, Mapping[str, Any]]:
        """Template and context of the panel of a core `Target`, at a core `Place`. Rows only, no provider.

        For a part that refreshes itself, `seen` in the context names what it shows: asked for with the same `?seen=`,
        it is answered with 204 and stays as it is in the page.
        """

    def configuration_card(self, request: Any, config: Any) -> tuple[str, Mapping[str, Any]] | None:
        """Template and context of a card on a configuration's page, element id `capability-card`; None for no card."""

    def quota(self, config: Any) -> Quota | None:
        """What the account may be called now; None where the service counts no calls. Rows only, no provider call."""

    def removal(self, config: Any) -> Sequence[tuple[str, str]]:
        """(word, sentence): what removing the configuration means beside what core says itself, for who is asked."""

    def receive(self, config: Any, records: Sequence[InboundRecord]) -> None:
        """What the service told by itself, each once, in the order in which it came. Rows only, no provider."""

    def act(self, config: Any, action: str, source: Any) -> str:
        """Does what a form of the card asks for, and says in a sentence what happens now.

        Raises LookupError for an action that there is not, and `NotCallable`.
        """
