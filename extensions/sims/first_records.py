"""SIMs of devices that were never asked about: the extension was paused, added later, or made the default since."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from extensions.core import registry
from extensions.core.models import ExtensionConfig, Health, Operation
from extensions.core.services import operations as asking
from extensions.core.targets import Target
from extensions.sims import operations
from extensions.sims.models import Sim
from iotdash.audit.services import Source

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
        _ask(sim)


def _ask(sim: Sim) -> None:
    manifest = registry.manifests().get(sim.config.slug)
    spec = manifest and registry.operation(manifest, operations.TERMINAL)
    if spec is None:
        return
    source = Source(actor="iotdash", organization=sim.config.organization.public_id)
    target = Target(config=sim.config, manifest=manifest, subject=sim.subject, device=sim.device)
    asking.ask(target, spec, {}, source, priority=Operation.BACKGROUND)
