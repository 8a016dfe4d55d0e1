"""What some devices of the sample reported of themselves: log entries, error codes, and an alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from devices.models import Device, Severity
from devices.services import diagnostics, edit_device
from iotdash.audit.services import Source


@dataclass(frozen=True)
class Log:
    """`ago`: hours before now."""

    ago: float
    message: str
    severity: Severity = Severity.INFORMATION
    attachment: str = ""


@dataclass(frozen=True)
class Story:
    """What one device went through; `codes` are pairs of hours before now and the code."""

    device_id: str
    alert: bool
    logs: Sequence[Log]
    codes: Sequence[tuple[float, int]] = ()


STORIES = (
    Story(
        "pump-003",
        True,
        (
            Log(29, "Started"),
            Log(7.5, "Inlet pressure 0.4 bar, below the limit of 0.6 bar", Severity.WARNING),
            Log(3.2, "Dry run: stopped to protect the seal", Severity.ERROR, "inlet_bar=0.1;runtime_h=8114"),
            Log(3.1, "Restart tried 3 times, given up", Severity.ERROR),
        ),
        ((7.5, 104), (3.2, 211), (3.1, 214)),
    ),
    Story(
        "meter-007",
        True,
        (Log(50, "Battery at 18 %", Severity.WARNING), Log(2, "Battery at 9 %", Severity.WARNING)),
        ((2, 31),),
    ),
    Story(
        "gateway-004",
        False,
        (
            Log(26, "Radio module does not answer", Severity.ERROR),
            Log(25.9, "Radio module restarted"),
            Log(25.8, "38 of 38 devices are heard again"),
        ),
        ((26, -7),),
    ),
    Story("tracker-012", False, (Log(11, "No position for 40 minutes: the vehicle is under a roof"),)),
)


def seed(devices: Sequence[Device], source: Source) -> None:
    by_id, now = {device.device_id: device for device in devices}, timezone.now()
    for story in STORIES:
        _tell(story, by_id[story.device_id], now, source)


def _tell(story: Story, device: Device, now: datetime, source: Source) -> None:
    for log in story.logs:
        happened_at = now - timedelta(hours=log.ago)
        told = {"message": log.message, "severity": log.severity, "attachment": log.attachment}
        diagnostics.add_log(device, source, happened_at=happened_at, **told)
    for hours, code in story.codes:
        diagnostics.add_error_code(device, source, error_code=code, happened_at=now - timedelta(hours=hours))
    if story.alert:
        edit_device(device, source, alert=True)
