"""The mail capability: sends what organizations queued, and keeps what became of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from devices.models import Device
from extensions.core.contract import (
    Answer,
    Ask,
    Context,
    InboundRecord,
    Known,
    Manifest,
    OperationSpec,
    Quota,
    ReadBack,
)
from extensions.core.models import ExtensionConfig
from extensions.core.places import Place
from extensions.core.targets import Target
from extensions.mailers import card, testmail
from extensions.mailers.contract import event_of
from extensions.mailers.senders import CAPABILITY
from iotdash.audit.services import Source
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import reports


class MailCapability:
    """Mail is not about devices: it has no operations, no panel and no links."""

    name = CAPABILITY

    def operations(
        self, manifest: Manifest, settings: Mapping[str, Any] = MappingProxyType({})
    ) -> Sequence[OperationSpec]:
        return ()

    def perform(self, manifest: Manifest, context: Context, ask: Ask) -> Answer:
        raise LookupError(ask.operation)

    def read_back(self, manifest: Manifest, context: Context, ask: Ask) -> ReadBack:
        raise LookupError(ask.operation)

    def store(self, config: ExtensionConfig, subject: str, fetched: Any, at: datetime) -> None:
        """Nothing is fetched."""

    def known(self, target: Target, operation_id: str, parameters: Mapping[str, Any]) -> Known | None:
        return None

    def note_missing(self, config: ExtensionConfig, subject: str, at: datetime) -> None:
        """There are no subjects."""

    def link(self, device: Device, targets: Sequence[Target]) -> None:
        """Devices have no part of a mail service."""

    def fetches_first(self, target: Target) -> bool:
        return False

    def having(self, configs: Sequence[ExtensionConfig], subject: str) -> Collection[int]:
        return ()

    def linked(self, config: ExtensionConfig, *, listed: bool = False) -> QuerySet:
        return Device.objects.none().values_list("pk", flat=True)

    def panel(self, request: HttpRequest, target: Target, place: Place) -> tuple[str, Mapping[str, Any]]:
        raise LookupError("Devices have no panel of a mail service.")

    def configuration_card(self, request: HttpRequest, config: ExtensionConfig) -> tuple[str, Mapping[str, Any]] | None:
        return card.render(request, config)

    def quota(self, config: ExtensionConfig) -> Quota | None:
        return None

    def removal(self, config: ExtensionConfig) -> Sequence[tuple[str, str]]:
        return card.removal(config)

    def receive(self, config: ExtensionConfig, records: Sequence[InboundRecord]) -> None:
        for told in records:
            reports.note(config.organization.public_id, _report(told))

    def act(self, config: ExtensionConfig, action: str, source: Source) -> str:
        if action != testmail.KIND:
            raise LookupError(action)
        return testmail.ask(config, source)


def _report(told: InboundRecord) -> reports.Report:
    event = event_of(told.payload)
    state = OutboxMail.State(event.delivery.value)
    return reports.Report(state, event.mail_id, event.message_id, event.words, told.at)
