"""Tables of device configuration, for devices that exist: columns and rules are those of the facets."""

from collections.abc import Mapping, Sequence

from devices.facets import FacetImport, facets
from devices.importing.columns import DEVICE, NAMING, ImportColumn
from devices.importing.judging import (
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
from devices.models import Device
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization

_NAMING = {column.name for column in NAMING}


class Configuration:
    def columns(self, organization: Organization) -> Sequence[ImportColumn]:
        return [*NAMING, *(column for part in _parts(organization) for column in part.columns)]

    def judge(self, organization: Organization, *, update: bool) -> "ConfigurationJudge":
        return ConfigurationJudge(organization, update=update)

    def do(self, organization: Organization, wanted: Sequence[Wanted], source: Source) -> Mapping[int, str]:
        devices = devices_named(organization, [each.name for each in wanted])
        rows = {devices[each.name]: each.values["cells"] for each in wanted if each.name in devices}
        failed: dict[Device, str] = {}
        for part in _parts(organization):
            failed |= part.apply({device: cells for device, cells in rows.items() if device not in failed}, source)
        gone = {each.key: "The device was deleted meanwhile." for each in wanted if each.name not in devices}
        keys = {devices[each.name]: each.key for each in wanted if each.name in devices}
        return gone | {keys[device]: words for device, words in failed.items()}


def _parts(organization: Organization) -> list[FacetImport]:
    return [part for facet in facets() if (part := facet.importing(organization))]


class ConfigurationJudge:
    def __init__(self, organization: Organization, *, update: bool) -> None:
        self.organization, self.update = organization, update
        self.parts = _parts(organization)
        self.rows = FirstRows()

    def judge(self, batch: Sequence[Given]) -> list[Judged]:
        devices = devices_named(self.organization, [given.name for given in batch])
        problems = {given.row: self._naming(given, devices) for given in batch}
        good = [(devices[given.name], given) for given in batch if not problems[given.row]]
        changing: set[int] = set()
        for part in self.parts:
            for given, judged in part.judge(good, update=self.update):
                problems[given.row] += judged.problems
                changing |= {given.row} if judged.changes else set()
        return [self._judged(given, devices, problems[given.row], given.row in changing) for given in batch]

    def _judged(
        self, given: Given, devices: Mapping[Name, Device], problems: Sequence[Problem], changes: bool
    ) -> Judged:
        if problems:
            return Judged(given, problems=problems)
        cells = {name: text for name, text in given.values.items() if name not in _NAMING}
        return Judged(given, UPDATE if changes else SAME, target=devices[given.name].pk, wanted={"cells": cells})

    def _naming(self, given: Given, devices: Mapping[Name, Device]) -> list[Problem]:
        if missing := unnamed(given):
            return missing
        if given.name not in devices:
            return [Problem(DEVICE, f"There is no device {given.subject}. Import the devices first.")]
        return repeated(given, self.rows)
