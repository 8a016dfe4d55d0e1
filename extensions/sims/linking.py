"""Giving a SIM to a device: the device's configuration is written as a person would write it in the editor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from devices import queries
from devices.conditions import BY_ID, of_devices
from devices.listing.devices import rows_of
from devices.models import Device
from extensions.core import targets
from extensions.core.models import DeviceConfiguration, ExtensionConfig
from extensions.core.services import device_configuration
from extensions.core.targets import CONFIGURATION_KEY, Target
from iotdash.audit.services import Source
from iotdash.lib.lists import Question, matching, page
from iotdash.organizations.models import Organization

SHOWN = 20


class NotLinkable(Exception):
    """The SIM cannot be given to a device here; the message says why."""


@dataclass(frozen=True)
class Candidate:
    """`version` is that of the device's configuration; `other` is the SIM of this carrier that the device has now."""

    device: Device
    version: int
    other: str


@dataclass(frozen=True)
class Choice:
    candidates: Sequence[Candidate]
    more: bool


def choice(organization: Organization, target: Target, text: str) -> Choice:
    """Devices that are found by `text`; without it, those without any extension configuration. The first of them."""
    if text:
        question = Question(search=queries.search(organization, text), order=BY_ID)
    else:
        unconfigured = of_devices(organization, Q(configured__in=[False]), ordered=True)
        question = Question([unconfigured], order=BY_ID)
    found = page(matching(rows_of(organization), question).parts, order_by=BY_ID, size=SHOWN)
    known = DeviceConfiguration.objects.in_bulk([device.pk for device in found.rows])
    candidates = [_candidate(device, known.get(device.pk), target) for device in found.rows]
    return Choice(candidates, more=bool(found.next_cursor))


def link(target: Target, device: Device, version: int, source: Source) -> str:
    """The SIM of this carrier that the device had, "" if none.

    Raises NotLinkable, and what `device_configuration.confirm` raises: Invalid, Stale.
    """
    document = dict(device_configuration.current(device).document)
    key, former = target.manifest.device_key, _subject(document, target)
    document[key] = _part(document.get(key), target)
    if _resolved(device, document, key) != target.config:
        document[key][CONFIGURATION_KEY] = target.config.name
    resolved = _resolved(device, document, key)
    if resolved != target.config:
        raise NotLinkable(
            f'The inventory of "{resolved.name}" has SIM {target.subject}, that of "{target.config.name}" has not: '
            "a device with this SIM belongs to the former."
        )
    device_configuration.confirm(device, device_configuration.as_text(document), version, source)
    return former if former != target.subject else ""


def _subject(document: Mapping[str, Any], target: Target) -> str:
    """The SIM of the target's carrier in a device's configuration, "" if there is none."""
    part = document.get(target.manifest.device_key)
    return str(part.get(target.manifest.subject_field) or "") if isinstance(part, dict) else ""


def unlink(target: Target, source: Source) -> None:
    """The device's configuration no longer has a part of this carrier. Raises what `confirm` raises."""
    before = device_configuration.current(target.device)
    document = {key: part for key, part in before.document.items() if key != target.manifest.device_key}
    device_configuration.confirm(target.device, device_configuration.as_text(document), before.version, source)


def _part(before: Any, target: Target) -> dict[str, Any]:
    """What else the device's part says stays, but not whose SIM the former one was."""
    kept = dict(before) if isinstance(before, dict) else {}
    kept.pop(CONFIGURATION_KEY, None)
    return kept | {target.manifest.subject_field: target.subject}


def _resolved(device: Device, document: dict[str, Any], key: str) -> ExtensionConfig | None:
    found = targets.of_document(device, {key: document[key]})
    return found[0].config if found else None


def _candidate(device: Device, known: DeviceConfiguration | None, target: Target) -> Candidate:
    other = _subject(known.document, target) if known else ""
    return Candidate(device, known.version if known else 0, other)
