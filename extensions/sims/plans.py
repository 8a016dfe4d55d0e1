"""The carrier's list of rate plans: asked once a day for each configuration that has SIMs."""

from contextlib import suppress
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from extensions.core import registry
from extensions.core.models import ExtensionConfig, Health, Operation
from extensions.core.services import operations as asking
from extensions.sims import background, operations
from extensions.sims.models import CarrierPlans, Sim

LISTED_FOR = timedelta(days=1)


def ask_where_due() -> None:
    """Due-finder: connected configurations whose plans were never listed, or not for a day."""
    now = timezone.now()
    fresh = CarrierPlans.objects.filter(config=OuterRef("pk"), listed_at__gt=now - LISTED_FOR)
    asked = Operation.objects.filter(
        config=OuterRef("pk"), operation_id=operations.RATE_PLANS, subject="", asked_at__gt=now - LISTED_FOR
    )
    sims = Sim.objects.filter(config=OuterRef("pk"))
    due = ExtensionConfig.objects.callable().filter(
        Exists(sims), ~Exists(fresh), ~Exists(asked), health=Health.CONNECTED
    )
    for config in due.filter(slug__in=registry.manifests()).select_related("organization", "lane"):
        ask(config)


def ask_first(config: ExtensionConfig) -> None:
    """For a configuration that just got a SIM: its plans are needed on the next page, not after the next sweep."""
    lately = Operation.objects.filter(config=config, operation_id=operations.RATE_PLANS, subject="")
    if lately.filter(asked_at__gt=timezone.now() - LISTED_FOR).exists():
        return
    with suppress(asking.NotCallable):
        ask(config)


def asked_now(config: ExtensionConfig) -> bool:
    """The carrier is asked right now."""
    return Operation.objects.filter(config=config, operation_id=operations.RATE_PLANS, settled_at=None).exists()


def ask(config: ExtensionConfig) -> None:
    """Queues the list in the background; a carrier that has no such operation is left alone."""
    background.ask(config, operations.RATE_PLANS)


def listed(config: ExtensionConfig) -> CarrierPlans | None:
    """What the carrier last said when it was asked for its plans; None before that."""
    return getattr(config, "carrier_plans", None)


def choices(config: ExtensionConfig, listed: CarrierPlans | None) -> list[str]:
    """Plan names to offer: the carrier's list, else those seen on its SIMs."""
    if listed and listed.names:
        return listed.names
    seen = Sim.objects.filter(config=config, rate_plan__isnull=False).values_list("rate_plan", flat=True)
    return list(seen.distinct().order_by("rate_plan")[:200])
