"""What the cells of a device say, and what of it the device does not have yet."""

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from devices.fields import validate_metadata
from devices.importing.columns import MEASURED_AT, METADATA, PLACE, TAGS
from devices.importing.judging import Given, Problem
from devices.models import INFO_FIELDS, Device
from devices.services import Location
from devices.tags import names
from iotdash.lib.json_documents import parse

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_INFO, _LOCATION = "info", "location"


class Reading:
    """What the cells of a row say, as services take it, and where they cannot be understood.

    `device` is the one that exists: it keeps what the row leaves out.
    """

    def __init__(self, given: Given, device: Device | None) -> None:
        self.given, self.problems = given, []
        self.info = {name: given.values[name] for name in INFO_FIELDS if name in given.values}
        self.metadata = self._read(METADATA, _metadata)
        self.tags = self._read(TAGS, names.typed) or []
        place = {name: self._read(name, _number) for name in PLACE if name in given.values}
        measured = self._read(MEASURED_AT, _moment)
        self.place = place | ({MEASURED_AT: measured.isoformat()} if measured else {})
        if device is None or device.latitude is None:
            self._check_place()

    def _read(self, name: str, read: Any) -> Any:
        try:
            return read(self.given.values[name]) if name in self.given.values else None
        except ValidationError as error:
            self.problems.append(Problem(name, " ".join(error.messages)))
            return None

    def _check_place(self) -> None:
        for name in ("latitude", "longitude"):
            if self.place and name not in self.place:
                self.problems.append(Problem(name, f"A location needs {name}, and this cell is empty."))

    @property
    def wanted(self) -> dict[str, Any]:
        """As JSON."""
        found = {METADATA: self.metadata, _LOCATION: self.place or None, TAGS: self.tags or None}
        return {_INFO: self.info} | {name: value for name, value in found.items() if value is not None}


def location_of(values: Mapping[str, Any]) -> Location | None:
    """Of a new device."""
    place = values.get(_LOCATION)
    return Location(**{**place, MEASURED_AT: _measured(place)}) if place else None


def differing(device: Device, values: Mapping[str, Any]) -> dict[str, Any]:
    """What of `Reading.wanted` the device does not have, as `edit_device` takes it; what the row leaves out stays."""
    # White space around a cell is not read: nothing is said against what stands around a stored text.
    info = {name: text for name, text in values[_INFO].items() if text != getattr(device, name).strip()}
    found: dict[str, Any] = {_INFO: info} if info else {}
    metadata = values.get(METADATA)
    if metadata is not None and _as_json(metadata) != _as_json(device.metadata):
        found[METADATA] = metadata
    location = _moved(device, values.get(_LOCATION))
    return found | ({_LOCATION: location} if location else {})


def _moved(device: Device, said: Mapping[str, Any] | None) -> Location | None:
    """The whole location, with what the row leaves out of it; None if it is where it was."""
    if not said:
        return None
    before = {name: getattr(device, name) for name in PLACE}
    after = {name: said.get(name, before[name]) for name in PLACE}
    measured = _measured(said)
    if after == before and measured in (None, device.measured_at):
        return None
    return Location(**after, measured_at=measured)


def _measured(place: Mapping[str, Any]) -> datetime | None:
    measured = place.get(MEASURED_AT)
    return datetime.fromisoformat(measured) if measured else None


def _as_json(value: Any) -> str:
    """To compare by: to Python, 1 and true are the same."""
    return json.dumps(value, sort_keys=True)


def _metadata(text: str) -> dict[str, Any]:
    document = parse(text)
    if document.problems:
        raise ValidationError(f"Metadata is one JSON object. {str(document.problems[0]).capitalize()}")
    validate_metadata(document.value)
    return json.loads(json.dumps(document.value))


def _number(text: str) -> float:
    if _COMMA.fullmatch(text):
        raise ValidationError(f"Write {text.replace(',', '.')} with a point.")
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise ValidationError(f"“{text[:40]}” is not a number.")
    return number


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValidationError(f"“{text[:40]}” is not a time. Write it like 2026-01-31T12:00:00Z.") from None
    # Others are no times of measurement, and near the ends of the calendar no zone can be reckoned with.
    if not 1900 <= moment.year <= 2200:
        raise ValidationError(f"“{text[:40]}” is no time at which a device was measured.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
