"""Changes of state, noted where records are stored: a SIM that changes twice between two looks changed twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from extensions.core.models import ExtensionConfig
from extensions.sims.contract import Part, SimRecord
from extensions.sims.models import Sim, StateChange

KEPT_FOR = timedelta(days=90)
_LONGEST = Sim._meta.get_field("state").max_length
_AT_ONCE = 5_000


def between(config: ExtensionConfig, records: Sequence[SimRecord], at: datetime) -> list[StateChange]:
    """Records with the same parts, before they are written. Call it in the transaction that writes them.

    Rows are locked in the order in which they are written, so that a change is noted once. What is unknown, before or
    since, is no change.
    """
    if Part.STATE not in records[0].parts:
        return []
    told = {record.subject: record.state[:_LONGEST] for record in records if record.state}
    sims = Sim.objects.filter(config=config, subject__in=told).order_by("subject").select_for_update()
    rows = sims.values_list("pk", "subject", "state")
    return [
        StateChange(config=config, sim_id=pk, before=before, after=told[subject], seen_at=at)
        for pk, subject, before in rows
        if before and before != told[subject]
    ]


def forget_old() -> None:
    """Due-finder; the next sweep takes the next ones."""
    old = StateChange.objects.filter(seen_at__lt=timezone.now() - KEPT_FOR)
    StateChange.objects.filter(pk__in=[*old.values_list("pk", flat=True)[:_AT_ONCE]]).delete()
