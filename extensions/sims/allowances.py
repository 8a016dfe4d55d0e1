"""What rate plans include: typed by people, because carriers do not tell."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.sims import plans
from extensions.sims.contract import SimProvider
from extensions.sims.models import PlanAllowance, Sim
from extensions.sims.units import typed_megabytes
from iotdash.audit.services import Source, record

# Plans of one account that a page shows; those with an allowance or with SIMs come first.
MOST_PLANS = 200
_LENGTH = PlanAllowance._meta.get_field("rate_plan").max_length


@dataclass(frozen=True)
class Plan:
    """A rate plan of an account. `included` is in bytes, None where nobody typed it."""

    name: str
    sims: int
    included: int | None


def has_allowances(provider: SimProvider) -> bool:
    """Whether there is something to compare: a carrier that tells of plans, and of what is used on them."""
    return {"rate_plan", "ctd_data_bytes"} <= provider.tells


def plans_of(config: ExtensionConfig) -> list[Plan]:
    """Plans with an allowance, those seen on SIMs, and those that the carrier lists; by name."""
    typed = dict(config.allowances.values_list("rate_plan", "data_bytes"))
    seen = Sim.objects.filter(config=config, rate_plan__isnull=False).values_list("rate_plan")
    counted = dict(seen.annotate(number=Count("pk")).order_by())
    # As long as SIMs keep them.
    listed = [name[:_LENGTH] for name in plans.choices(config, plans.listed(config))]
    names = dict.fromkeys([*sorted(typed), *sorted(counted), *listed])
    shown = [name for name in names if name][:MOST_PLANS]
    return [Plan(name, counted.get(name, 0), typed.get(name)) for name in sorted(shown)]


@transaction.atomic
def change(config: ExtensionConfig, changes: Mapping[str, int | None], source: Source) -> int:
    """Sets the allowances of these plans, in bytes; None takes one away. How many are other than before."""
    before = dict(config.allowances.values_list("rate_plan", "data_bytes"))
    other = {name: included for name, included in changes.items() if before.get(name) != included}
    for name, included in other.items():
        _set(config, name, included, source)
        now = _words(included)
        record(
            source,
            "allowance changed",
            "rate plan",
            name,
            extension=config.name,
            before=_words(before.get(name)),
            now=now,
        )
    return len(other)


def _set(config: ExtensionConfig, name: str, included: int | None, source: Source) -> None:
    if included is None:
        PlanAllowance.objects.filter(config=config, rate_plan=name).delete()
        return
    said = {"data_bytes": included, "changed_by": source.actor, "changed_at": timezone.now()}
    PlanAllowance.objects.update_or_create(config=config, rate_plan=name, defaults=said)


def _words(included: int | None) -> str:
    return "not known" if included is None else f"{typed_megabytes(included)} MB"
