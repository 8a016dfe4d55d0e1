"""SIMs of devices that were never asked about: the extension was paused, added later, or made the default since.

What synchronisation is about to tell of is left to it. It takes a page for fifty of them; asked for one by one, ahead
of it, the SIMs of a large fleet would keep the first inventory waiting for hours.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from extensions.core import lanes
from extensions.core.models import ExtensionConfig, Health, Operation
from extensions.core.targets import Target
from extensions.sims import background
from extensions.sims.models import Sim
from extensions.sims.sync import sources, timing

AT_ONCE = 100
AGAIN_AFTER = timedelta(hours=1)


def leave_to_batches(target: Target) -> bool:
    """Where calls are scarce, a SIM's first record comes with others in one call, as soon as the lane has its turn."""
    config = target.config
    if timing.pace_of(config) == timing.AT_WILL or not sources.lists_sims(config):
        return False
    Sim.objects.filter(config=config, subject=target.subject).update(refresh_due=True)
    transaction.on_commit(lambda: lanes.wake(config.lane_id))
    return True


def ask_where_due() -> None:
    """Due-finder: a background read for each such SIM, a hundred in one sweep."""
    asked = Operation.objects.filter(
        config=OuterRef("config"), subject=OuterRef("subject"), asked_at__gt=timezone.now() - AGAIN_AFTER
    )
    callable_configs = ExtensionConfig.objects.callable().filter(health__in=(Health.CONNECTED, Health.NOT_CHECKED))
    never = Sim.objects.filter(device__isnull=False, fetched_at=None, missing_since=None, refresh_due=False)
    due = never.filter(~Exists(asked), config__in=callable_configs).exclude(config__in=sources.before_first_inventory())
    for sim in due.select_related("config__organization", "config__lane", "device__device_type")[:AT_ONCE]:
        background.ask_overview(sim)
