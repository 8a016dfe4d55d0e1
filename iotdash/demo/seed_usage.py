"""How the sample's SIMs came to the usage that they have, day by day, and what their plans include."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate

from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.sims import allowances
from extensions.sims.billing import cycle_on
from extensions.sims.models import BillingCycle, Sim, UsageDay
from extensions.sims.units import BYTES_PER_MB
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization

# As the sample's plans are called: "EU 5MB", "Fleet, roaming 1GB".
_NAMED = re.compile(r"\b(\d+) ?(MB|GB)\b")
_UNITS = {"MB": BYTES_PER_MB, "GB": 1024 * BYTES_PER_MB}


def seed(organization: Organization, source: Source) -> None:
    for told in BillingCycle.objects.filter(config__organization=organization).select_related("config"):
        _include(told.config, source)
        UsageDay.objects.bulk_create(_days(told), batch_size=2000)


def _include(config: ExtensionConfig, source: Source) -> None:
    """A plan includes what its name says."""
    named = {plan.name: _NAMED.search(plan.name) for plan in allowances.plans_of(config)}
    amounts = {name: int(found[1]) * _UNITS[found[2]] for name, found in named.items() if found}
    allowances.change(config, amounts, source)


def _days(told: BillingCycle) -> Iterator[UsageDay]:
    """From the first day of the cycle to yesterday; today's figures are there already."""
    today = timezone.now().date()
    start = cycle_on(told.cycle_start, today).start
    for sim in Sim.objects.filter(config=told.config, ctd_data_bytes__gt=0).order_by("pk"):
        yield from _days_of(sim, start, (today - start).days)


def _days_of(sim: Sim, start: date, before_today: int) -> Iterator[UsageDay]:
    chance = random.Random(sim.subject)  # noqa: S311
    grown = list(accumulate(chance.choice((0.2, 1, 1, 1.2, 2.5)) for _ in range(before_today + 1)))
    for number, so_far in enumerate(grown[:-1]):
        day, share = start + timedelta(days=number), so_far / grown[-1]
        yield UsageDay(
            sim=sim,
            day=day,
            seen_at=datetime.combine(day, time(20, chance.randrange(60)), UTC),
            data_bytes=int(sim.ctd_data_bytes * share),
            sms=int((sim.ctd_sms or 0) * share),
            voice_seconds=int((sim.ctd_voice_seconds or 0) * share),
        )
