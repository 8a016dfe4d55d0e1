"""SIMs of devices that were never asked about: the extension was paused, added later, or made the default since."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from extensions.core.models import ExtensionConfig, Health, Operation
from extensions.sims import background, operations
from extensions.sims.models import Sim

AT_ONCE = 100
AGAIN_AFTER = timedelta(hours=1)


def ask_where_due() -> None:
    """Due-finder: a background read for each such SIM, a hundred in one sweep."""
    asked = Operation.objects.filter(
        config=OuterRef("config"), subject=OuterRef("subject"), asked_at__gt=timezone.now() - AGAIN_AFTER
    )
    callable_configs = ExtensionConfig.objects.callable().filter(health__in=(Health.CONNECTED, Health.NOT_CHECKED))
    never = Sim.objects.filter(device__isnull=False, fetched_at=None, missing_since=None, config__in=callable_configs)
    due = never.filter(~Exists(asked)).select_related("config__organization", "config__lane", "device__device_type")
    for sim in due[:AT_ONCE]:
        background.ask(sim.config, operations.TERMINAL, sim.subject, sim.device)
