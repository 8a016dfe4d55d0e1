"""The row that says how far a configuration is synchronised: made, begun anew, and changed step by step."""

import json
from typing import Any

from django.db.models import F
from django.utils import timezone

from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims.models import Synchronisation
from extensions.sims.sync import timing
from iotdash.lib.crypto import keyed_digest
from iotdash.lib.schema_forms import without_local

Running = Synchronisation.Running


def state_of(config: ExtensionConfig) -> Synchronisation:
    """Made where there is none. Other settings may mean another account or another kind of list: all begins anew."""
    digest = _digest(config)
    state, _ = Synchronisation.objects.get_or_create(config=config, defaults={"settings_digest": digest})
    state.config = config
    if is_of_other_settings(state, config):
        change(
            state,
            settings_digest=digest,
            running=Running.NOTHING,
            cursor=None,
            watermark=None,
            inventory_wanted=True,
            synchronised_at=None,
            inventory_at=None,
            next_at=timezone.now(),
        )
    return state


def is_of_other_settings(state: Synchronisation, config: ExtensionConfig) -> bool:
    return state.settings_digest != _digest(config)


def begun(config: ExtensionConfig) -> Synchronisation:
    """The list under way, or the one that is due now, begun."""
    state = state_of(config)
    if state.running:
        return state
    now = timezone.now()
    whole = timing.inventory_is_due(state, now)
    change(
        state,
        running=Running.INVENTORY if whole else Running.CHANGES,
        since=None if whole else state.watermark - timing.OVERLAP,
        inventory_wanted=state.inventory_wanted and not whole,
        cursor=None,
        as_of=None,
        started_at=now,
        first_pass=state.pass_number + 1,
        pass_number=state.pass_number + 1,
        listed=0,
        repeated=0,
    )
    return state


def change(state: Synchronisation, **changes: Any) -> bool:
    """Takes one step, unless another runner took one since the row was read. False, and nothing is written, then."""
    same = Synchronisation.objects.filter(pk=state.pk, step=state.step)
    if not same.update(step=F("step") + 1, **changes):
        return False
    state.step += 1
    for name, value in changes.items():
        setattr(state, name, value)
    return True


def _digest(config: ExtensionConfig) -> str:
    settings = without_local(registry.manifest(config.slug).settings_schema, config.settings)
    shown = json.dumps([config.account_digest, settings], sort_keys=True)
    return keyed_digest("synchronisation", shown)
