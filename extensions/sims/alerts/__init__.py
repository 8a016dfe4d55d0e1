"""What alert rules look for in SIMs: how much they use, or nothing, and that their state or IMEI changed."""

from extensions.sims.alerts import changes, usage
from iotdash.organizations.alerts.conditions import register as _register


def register() -> None:
    """Called from AppConfig.ready()."""
    for condition in (
        usage.DataOver(),
        usage.ShareOver(),
        usage.Unused(),
        changes.StateChanged(),
        changes.ImeiNow(),
    ):
        _register(condition)
