"""Tables of devices: registering new ones, and changing those that exist."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from devices.fields import validate_metadata
from devices.importing.columns import DEVICE, MEASURED_AT, METADATA, PLACE, REGISTRATION, TYPE, ImportColumn
from devices.importing.judging import ADD, SAME, UPDATE, Given, Judged, Name, Problem, Wanted, devices_named
from devices.models import INFO_FIELDS, Device, DeviceType
from devices.services import KEEP, DevicesError, Location, NewDevice, NoSuchType, add_mixed, edit_device
from devices.services.changes import clean
from iotdash.audit.services import Source
from iotdash.lib.json_documents import parse
from iotdash.organizations.models import Organization

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


class Registration:
    def columns(self, organization: Organization) -> Sequence[ImportColumn]:
        return REGISTRATION

    def judge(self, organization: Organization, *, update: bool) -> "RegistrationJudge":
        return RegistrationJudge(organization, update=update)

    def do(self, organization: Organization, wanted: Sequence[Wanted], source: Source) -> Mapping[int, str]:
        existing = devices_named(organization, [each.name for each in wanted])
        new = [each for each in wanted if each.name not in existing]
        rows = [(each.name[0], _new_device(each)) for each in new]
        outcomes = add_mixed(organization, rows, source, Device.RegisteredKind.PERSON) if rows else []
        failed = {each.key: _sentence(outcome.error) for each, outcome in zip(new, outcomes, strict=True)}
        changed = {
            each.key: _edit(existing[each.name], each.values, source) for each in wanted if each.name in existing
        }
        return {key: words for key, words in {**failed, **changed}.items() if words}


def _new_device(wanted: Wanted) -> NewDevice:
    values = wanted.values
    # Nobody would ever see a token that was made here.
    return NewDevice(wanted.name[1], values["info"], values.get(METADATA), _location(values), without_token=True)


def _location(values: Mapping[str, Any]) -> Location | None:
    place = values.get("location")
    if place is None:
        return None
    measured = place.get(MEASURED_AT)
    return Location(**{**place, MEASURED_AT: datetime.fromisoformat(measured) if measured else None})


def _edit(device: Device, values: Mapping[str, Any], source: Source) -> str:
    """Why it could not be done, or ""."""
    if not values.get("update"):
        return f"Device {device.path} was added meanwhile by somebody else."
    location = _location(values)
    try:
        edit_device(device, source, info=values["info"], metadata=values.get(METADATA), location=location or KEEP)
    except (ValidationError, DevicesError) as error:
        return _sentence(error)
    return ""


def _sentence(error: Exception | None) -> str:
    if error is None:
        return ""
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


class RegistrationJudge:
    def __init__(self, organization: Organization, *, update: bool) -> None:
        self.organization, self.update = organization, update
        self.types: dict[str, DeviceType | None] = {}
        self.rows: dict[Name, int] = {}

    def judge(self, batch: Sequence[Given]) -> list[Judged]:
        self._load_types({given.name[0] for given in batch} - self.types.keys())
        existing = devices_named(self.organization, [given.name for given in batch])
        return [self._judged(given, existing.get(given.name)) for given in batch]

    def _load_types(self, type_ids: set[str]) -> None:
        found = self.organization.device_types.filter(type_id__in=sorted(type_ids)).select_related("organization")
        self.types |= dict.fromkeys(type_ids) | {each.type_id: each for each in found}

    def _judged(self, given: Given, device: Device | None) -> Judged:
        reading = Reading(given)
        problems = [*self._naming(given, device), *reading.problems]
        device_type = self.types.get(given.name[0])
        if device_type:
            problems += _of_values(device_type, given, reading)
        if problems:
            return Judged(given, problems=problems)
        wanted = reading.wanted | {"update": self.update}
        if device is None:
            return Judged(given, ADD, wanted=wanted)
        return Judged(given, UPDATE if reading.differs(device) else SAME, target=device.pk, wanted=wanted)

    def _naming(self, given: Given, device: Device | None) -> list[Problem]:
        type_id, device_id = given.name
        if not type_id or not device_id:
            empty = [(TYPE, "device type"), (DEVICE, "device ID")]
            return [Problem(name, f"The {what} is missing.") for name, what in empty if not given.values.get(name)]
        if self.types.get(type_id) is None:
            return [Problem(TYPE, str(NoSuchType(type_id)))]
        first = self.rows.setdefault(given.name, given.row)
        if first != given.row:
            return [Problem(DEVICE, f"Row {first} has the same device. Leave one of the two out.")]
        if device is not None and not self.update:
            return [Problem(DEVICE, f"Device {given.subject} exists already. Choose to update existing devices.")]
        return []


class Reading:
    """What the cells of a row say, as services take it, and where they cannot be understood."""

    def __init__(self, given: Given) -> None:
        self.given, self.problems = given, []
        self.info = {name: given.values[name] for name in INFO_FIELDS if name in given.values}
        self.metadata = self._read(METADATA, _metadata)
        place = {name: self._read(name, _number) for name in PLACE if name in given.values}
        measured = self._read(MEASURED_AT, _moment)
        self.place = place | ({MEASURED_AT: measured.isoformat()} if measured else {})
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
        found = {"info": self.info, METADATA: self.metadata, "location": self.place or None}
        return {name: value for name, value in found.items() if value is not None}

    def differs(self, device: Device) -> bool:
        """Whether the row says anything that the device does not have; what it leaves out stays."""
        said = {**self.info, **{name: value for name, value in self.place.items() if name != MEASURED_AT}}
        if any(getattr(device, name) != value for name, value in said.items()):
            return True
        measured = self.place.get(MEASURED_AT)
        if measured and device.measured_at != datetime.fromisoformat(measured):
            return True
        return self.metadata is not None and self.metadata != device.metadata


def _of_values(device_type: DeviceType, given: Given, reading: Reading) -> list[Problem]:
    """By the model's own rules: lengths, characters, degrees."""
    place = {name: value for name, value in reading.place.items() if name != MEASURED_AT}
    device = Device(device_type=device_type, device_id=given.name[1], **reading.info, **place)
    only = [*reading.info, *(name for name, value in place.items() if value is not None)]
    try:
        clean(device, only=[*only, DEVICE] if device.device_id else only)
    except ValidationError as error:
        return [Problem(name, words) for name, found in error.message_dict.items() for words in found]
    return []


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
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
