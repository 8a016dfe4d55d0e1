"""Tables of devices: registering new ones, and changing those that exist."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError

from devices.importing.columns import DEVICE, MEASURED_AT, METADATA, REGISTRATION, TAGS, TYPE, ImportColumn
from devices.importing.judging import (
    ADD,
    SAME,
    UPDATE,
    FirstRows,
    Given,
    Judged,
    Name,
    Problem,
    Wanted,
    devices_named,
    repeated,
    unnamed,
)
from devices.importing.tagging import TagSets, TagsOfDevices
from devices.importing.values import Reading, differing, location_of
from devices.models import Device, DeviceType
from devices.services import DevicesError, NewDevice, NoSuchType, QuotaReached, add_mixed, edit_device
from devices.services.changes import clean
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization

# In `Wanted.values`: whether the dry run found no such device.
_NEW = "new"


class Registration:
    def columns(self, organization: Organization) -> Sequence[ImportColumn]:
        return REGISTRATION

    def judge(self, organization: Organization, *, update: bool) -> "RegistrationJudge":
        return RegistrationJudge(organization, update=update)

    def do(self, organization: Organization, wanted: Sequence[Wanted], source: Source) -> Mapping[int, str]:
        existing = devices_named(organization, [each.name for each in wanted])
        sets = TagSets(organization, [each.values.get(TAGS, ()) for each in wanted])
        failed = {each.key: _surprise(each, existing) or sets.refusal(each.values.get(TAGS, ())) for each in wanted}
        left = [each for each in wanted if not failed[each.key]]
        new = [each for each in left if each.values[_NEW]]
        added, refused = _add(organization, new, source)
        changed = {each.key: existing[each.name] for each in left if not each.values[_NEW]}
        failed |= refused
        failed |= {each.key: _edit(changed[each.key], each, source) for each in left if each.key in changed}
        devices = {key: device for key, device in {**added, **changed}.items() if not failed[key]}
        sets.put([(devices[each.key], each.values.get(TAGS, ())) for each in left if each.key in devices], source)
        return {key: words for key, words in failed.items() if words}


def _surprise(wanted: Wanted, existing: Mapping[Name, Device]) -> str:
    """What was confirmed is what was looked at: neither more nor less is there now."""
    exists = wanted.name in existing
    if wanted.values[_NEW] and exists:
        return f"Device {existing[wanted.name].path} was added meanwhile by somebody else."
    return "" if wanted.values[_NEW] or exists else "The device was deleted meanwhile."


def _add(
    organization: Organization, wanted: Sequence[Wanted], source: Source
) -> tuple[Mapping[int, Device], Mapping[int, str]]:
    """Those that were added, and why others could not be, each by its key."""
    rows = [(each.name[0], _new_device(each)) for each in wanted]
    try:
        outcomes = add_mixed(organization, rows, source, Device.RegisteredKind.PERSON) if rows else []
    except QuotaReached as refusal:
        return {}, {each.key: str(refusal) for each in wanted}
    pairs = list(zip(wanted, outcomes, strict=True))
    added = {each.key: outcome.registered.device for each, outcome in pairs if outcome.registered}
    return added, {each.key: _sentence(outcome.error) for each, outcome in pairs}


def _new_device(wanted: Wanted) -> NewDevice:
    values = wanted.values
    # Nobody would ever see a token that was made here.
    return NewDevice(wanted.name[1], values["info"], values.get(METADATA), location_of(values), without_token=True)


def _edit(device: Device, wanted: Wanted, source: Source) -> str:
    """Why it could not be done, or ""."""
    changes = differing(device, wanted.values)
    try:
        if changes:
            edit_device(device, source, **changes)
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
        self.rows = FirstRows()
        self.tags = TagsOfDevices(organization)

    def judge(self, batch: Sequence[Given]) -> list[Judged]:
        self._load_types({given.name[0] for given in batch} - self.types.keys())
        existing = devices_named(self.organization, [given.name for given in batch])
        self.tags.load(existing.values() if any(TAGS in given.values for given in batch) else ())
        return [self._judged(given, existing.get(given.name)) for given in batch]

    def _load_types(self, type_ids: set[str]) -> None:
        found = self.organization.device_types.filter(type_id__in=sorted(type_ids)).select_related("organization")
        self.types |= dict.fromkeys(type_ids) | {each.type_id: each for each in found}

    def _judged(self, given: Given, device: Device | None) -> Judged:
        reading = Reading(given, device)
        problems = [*self._naming(given, device), *reading.problems]
        device_type = self.types.get(given.name[0])
        if device_type:
            problems += _of_values(device_type, given, reading)
        if words := self.tags.refusal(reading.tags):
            problems.append(Problem(TAGS, words))
        if problems:
            return Judged(given, problems=problems)
        wanted = reading.wanted | {_NEW: device is None}
        if device is None:
            return Judged(given, ADD, wanted=wanted)
        differs = differing(device, wanted) or self.tags.differ(device, reading.tags)
        return Judged(given, UPDATE if differs else SAME, target=device.pk, wanted=wanted)

    def _naming(self, given: Given, device: Device | None) -> list[Problem]:
        if missing := unnamed(given):
            return missing
        type_id = given.name[0]
        if self.types.get(type_id) is None:
            return [Problem(TYPE, str(NoSuchType(type_id)))]
        if again := repeated(given, self.rows):
            return again
        if device is not None and not self.update:
            return [Problem(DEVICE, f"Device {given.subject} exists already. Choose to update existing devices.")]
        return []


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
