"""`{% load sims %}`: units and looks of SIM data. None stays None, so that templates show it as unknown.

Django hands "" to a filter where a template looks for something that is not there: that is unknown too.
"""

from django import template

from extensions.sims.contract import OVERAGE_OVERRIDES, SimState
from extensions.sims.units import BYTES_PER_MB

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
    """Bytes as MB of 1 048 576 bytes, with as many decimals as say something."""
    if count is None or count == "":
        return None
    value = count / BYTES_PER_MB
    decimals = 0 if value >= 1000 else 1 if value >= 100 else 2 if value >= 1 else 3
    return f"{value:,.{decimals if count else 0}f}"


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
