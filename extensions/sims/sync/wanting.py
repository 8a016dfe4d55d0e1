"""People who do not want to wait: synchronise now, or go through the whole inventory now."""

from django.db import transaction
from django.utils import timezone

from extensions.core import lanes
from extensions.core.models import ExtensionConfig
from extensions.core.services.operations import require_callable
from extensions.sims.models import Synchronisation
from extensions.sims.sync import states
from iotdash.audit.services import Source, record

SYNCHRONISE, INVENTORY = "synchronise", "inventory"


def want(config: ExtensionConfig, action: str, source: Source) -> str:
    """What is going to happen, as a sentence. Raises NotCallable; LookupError for an action that there is not."""
    if action not in (SYNCHRONISE, INVENTORY):
        raise LookupError(action)
    require_callable(config)
    if not config.proved_at:
        return f"{config.name} is synchronised as soon as a check has proved its credentials."
    with transaction.atomic():
        state = states.state_of(config)
        wanted = state.inventory_wanted or action == INVENTORY
        under_way = Synchronisation.objects.filter(pk=state.pk)
        under_way.update(next_at=timezone.now(), inventory_wanted=wanted and not _listing(state))
        record(source, f"{action} asked", "extension", config.name)
        transaction.on_commit(lambda: lanes.wake(config.lane_id))
    return _sentence(config, action, state)


def _listing(state: Synchronisation) -> bool:
    return state.running == Synchronisation.Running.INVENTORY


def _sentence(config: ExtensionConfig, action: str, state: Synchronisation) -> str:
    if _listing(state):
        return f"An inventory of {config.name} is under way already."
    what = "An inventory" if action == INVENTORY else "Synchronisation"
    return f"{what} of {config.name} begins now."
