"""What administrators see of the messages that a service sends by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import Sum
from django.utils import timezone

from extensions.core import registry, secret_settings
from extensions.core.contract import ProviderError
from extensions.core.guard import guarded
from extensions.core.inbound.addresses import address_of
from extensions.core.models import ExtensionConfig, InboundCount, InboundEvent, InboundHook
from iotdash.lib.lists import Count, bounded_count
from iotdash.lib.schema_forms import rules_of

LISTED = 5


@dataclass(frozen=True)
class GuideLine:
    """What to enter at the service: `copied` if it is a value to be pasted, else words."""

    label: str
    value: str

    @property
    def copied(self) -> bool:
        return bool(self.value) and " " not in self.value


@dataclass(frozen=True)
class InboundCard:
    """`received` and `refused` are messages and `events` what they told, of the last day.

    `problem` says why there is no guide. `missing` is the title of the setting without which nothing can be taken, if
    that is not entered. `given_up` are the newest of the `all_given_up` events that failed for good.
    """

    address: str
    guide: Sequence[GuideLine]
    problem: str
    missing: str
    hook: InboundHook
    received: int
    refused: int
    events: Count
    waiting: Count
    given_up: Sequence[InboundEvent]
    all_given_up: Count

    @property
    def guide_has_address(self) -> bool:
        return any(line.value == self.address for line in self.guide)

    @property
    def for_this_machine_only(self) -> bool:
        """Whether services elsewhere cannot reach the address, as in a demo."""
        return urlsplit(self.address).hostname in ("localhost", "127.0.0.1", "::1")


def card(config: ExtensionConfig) -> InboundCard | None:
    """None where the service sends nothing: none of its extension's, or with these settings."""
    if not registry.manifest(config.slug).inbound:
        return None
    address = address_of(config)
    guide, problem = _guide(config, address)
    return _card(config, address, guide, problem) if guide or problem else None


def _card(config: ExtensionConfig, address: str, guide: Sequence[GuideLine], problem: str) -> InboundCard:
    day, events = timezone.now() - timedelta(days=1), config.inbound_events
    given_up = events.filter(state=InboundEvent.State.GIVEN_UP)
    return InboundCard(
        address=address,
        guide=guide,
        problem=problem,
        missing=_missing(config),
        hook=InboundHook.objects.filter(config=config).first() or InboundHook(config=config),
        **_counts(config, day),
        events=bounded_count(events.filter(received_at__gt=day)),
        waiting=bounded_count(events.filter(due_at__isnull=False)),
        given_up=given_up.order_by("-pk")[:LISTED],
        all_given_up=bounded_count(given_up),
    )


def _guide(config: ExtensionConfig, address: str) -> tuple[list[GuideLine], str]:
    manifest = registry.manifest(config.slug)
    try:
        with guarded(manifest, "the guide for its messages"):
            return [GuideLine(*line) for line in manifest.inbound.guide(address, config.settings)], ""
    except ProviderError as error:
        return [], error.sentence


def _missing(config: ExtensionConfig) -> str:
    manifest = registry.manifest(config.slug)
    name = manifest.inbound.needs
    if not name or secret_settings.problem(config) or secret_settings.whole(config).get(name):
        return ""
    return rules_of(manifest.settings_schema, config.settings).get(name, {}).get("title", name)


def _counts(config: ExtensionConfig, since: datetime) -> dict[str, int]:
    rows = InboundCount.objects.filter(hook=config.pk, begins__gt=since)
    sums = rows.aggregate(received=Sum("received"), refused=Sum("refused"))
    return {name: number or 0 for name, number in sums.items()}
