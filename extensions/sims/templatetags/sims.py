"""`{% load sims %}`: units and looks of SIM data. None stays None, so that templates show it as unknown.

Django hands "" to a filter where a template looks for something that is not there: that is unknown too.
"""

from django import template

from extensions.sims import units
from extensions.sims.contract import OVERAGE_OVERRIDES, SimState

register = template.Library()

STATE_TONES = {
    SimState.ACTIVATED: "success",
    SimState.ACTIVATION_READY: "info",
    SimState.TEST_READY: "info",
    SimState.TRIAL: "info",
    SimState.PRE_ACTIVATED: "info",
    SimState.ACTIVATED_FOR_TEST: "info",
    SimState.SLEEPING: "info",
    SimState.DEACTIVATED: "warning",
    SimState.SUSPENDED: "warning",
    SimState.RETIRED: "danger",
    SimState.CANCELLED: "danger",
    SimState.PURGED: "danger",
}


@register.filter
def megabytes(count: int | None) -> str | None:
    """Bytes as MB."""
    return None if count is None or count == "" else units.megabytes(count)


@register.filter
def typed_megabytes(count: int | None) -> str | None:
    return None if count is None or count == "" else units.typed_megabytes(count)


@register.filter
def unlocalized(value: int | None) -> str:
    """For scripts: digits only, and nothing for what is unknown."""
    return "" if value is None or value == "" else str(value)


@register.filter
def minutes(seconds: int | None) -> str | None:
    """Seconds as mm:ss."""
    return None if seconds is None or seconds == "" else f"{seconds // 60:02d}:{seconds % 60:02d}"


@register.filter
def yes_or_no(value: bool | None) -> str | None:
    return None if value is None or value == "" else "Yes" if value else "No"


@register.filter
def override_words(value: str | None) -> str | None:
    return OVERAGE_OVERRIDES.get(value, value) if value else None


@register.filter
def state_tone(state: str | None) -> str:
    return STATE_TONES.get(state, "neutral")
