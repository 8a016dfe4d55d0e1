"""What services are given."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from devices.models import INFO_FIELDS, Device


class Keep(Enum):
    """`KEEP` leaves a value as it is, where None would remove it."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True)
class Location:
    """Degrees (WGS 84) and metres. `measured_at` None means now."""

    latitude: float
    longitude: float
    elevation: float | None = None
    accuracy: float | None = None
    measured_at: dt.datetime | None = None


@dataclass(frozen=True)
class NewDevice:
    """A device to add. What `info` leaves out or empty, and metadata that is None, is copied from its type.

    `token` None has one made; `without_token`: it has none before one is issued.
    """

    device_id: str
    info: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Any] | None = None
    location: Location | None = None
    token: str | None = None
    without_token: bool = False


@dataclass(frozen=True)
class Registered:
    """A device that was added, with its token, "" if it has none: the only moment at which the token is known."""

    device: Device
    token: str


def known_info(info: Mapping[str, str] | None) -> dict[str, str]:
    """Device info as model fields. Raises ValidationError for a name that is none of the eight."""
    unknown = set(info or {}) - set(INFO_FIELDS)
    if unknown:
        raise ValidationError(f"Device info has no field {sorted(unknown)[0]}.")
    return dict(info or {})


def location_fields(location: Location | None) -> dict[str, Any]:
    """A whole location as model fields; None removes it. Raises ValidationError for a number that is none."""
    if location is None:
        return dict.fromkeys(("latitude", "longitude", "elevation", "accuracy", "measured_at", "located_at"))
    values = {name: getattr(location, name) for name in ("latitude", "longitude", "elevation", "accuracy")}
    for name, value in values.items():
        if value is not None and not math.isfinite(value):
            raise ValidationError({name: "Enter a number."})
    now = timezone.now()
    return {**values, "measured_at": location.measured_at or now, "located_at": now}
