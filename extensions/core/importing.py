"""What extensions take from tables of device configuration: a column for each field of each extension's device part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from devices.facets import JudgedRow
from devices.identifiers import owners_of
from devices.importing.cells import with_hint
from devices.importing.columns import ImportColumn, by_name
from devices.importing.judging import FirstRows, Given, Problem
from devices.models import Device
from extensions.core import targets
from extensions.core.device_fields import DeviceField, fields_of
from extensions.core.models import DeviceConfiguration
from extensions.core.services import device_configuration, device_validation
from extensions.core.services.device_configuration import Invalid, Stale
from extensions.core.services.device_validation import Around, Validation
from extensions.core.targets import CONFIGURATION_KEY
from iotdash.audit.services import Source
from iotdash.lib.json_documents import parse
from iotdash.organizations.models import Organization


class ConfigurationImport:
    """`rows`: identifier key and value → the row that has it, of the table so far."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.configs = list(targets.enabled(organization))
        self.manifests = device_validation.keys_of(self.configs)
        self.fields = fields_of(self.manifests)
        self.columns = _columns(self.fields)
        self.labels = by_name(self.columns)
        self.rows = FirstRows()

    def judge(self, rows: Sequence[tuple[Device, Given]], *, update: bool) -> list[tuple[Given, JudgedRow]]:
        stored = DeviceConfiguration.objects.filter(device__in=[device.pk for device, _ in rows])
        documents = dict(stored.values_list("device_id", "document"))
        around = self._around(given.values for _, given in rows)
        return [
            (given, self._judged(_Row(device, given, documents.get(device.pk, {}), update), around))
            for device, given in rows
        ]

    def apply(self, rows: Mapping[Device, Mapping[str, str]], source: Source) -> dict[Device, str]:
        stored = DeviceConfiguration.objects.in_bulk([device.pk for device in rows])
        around = self._around(rows.values())
        found = {}
        for device, cells in rows.items():
            before = stored.get(device.pk) or DeviceConfiguration(version=0)
            before.device = device
            found[device] = self._applied(before, cells, around, source)
        return {device: words for device, words in found.items() if words}

    def _applied(self, before: DeviceConfiguration, cells: Mapping[str, str], around: Around, source: Source) -> str:
        """Why it could not be done, or ""."""
        document = self._document(before.document, cells)
        if document == before.document:
            return ""
        try:
            device_configuration.replace(before, device_configuration.as_text(document), source, around)
        except Invalid as invalid:
            return " ".join(problem.message for problem in invalid.validation.problems)
        except Stale as stale:
            return str(stale)
        return ""

    def _document(self, stored: Mapping[str, Any], cells: Mapping[str, str]) -> dict[str, Any]:
        """What is stored, with what the cells say; an empty cell leaves what is there."""
        document = dict(stored)
        for each in self.fields:
            if text := cells.get(each.column):
                part = document.get(each.key)
                document[each.key] = {**(part if isinstance(part, dict) else {}), each.name: each.value(text)}
        return document

    def _around(self, cells: Iterable[Mapping[str, str]]) -> Around:
        """With who has the identifiers that a batch names, in a query for each extension."""
        names = {f"{key}.{manifest.subject_field}": set() for key, manifest in self.manifests.items()}
        for each in cells:
            for name, values in names.items():
                values |= {each[name]} if name in each else set()
        found = {name: owners_of(self.organization, name, values) for name, values in names.items() if values}
        return Around(self.configs, lambda name, value: found.get(name, {}).get(value))

    def _judged(self, row: "_Row", around: Around) -> JudgedRow:
        document = self._document(row.stored, row.given.values)
        if document == row.stored:
            return JudgedRow()
        problems = self._refused(row, document, around)
        told = {each.column for each in problems}
        # A number that was rounded is not told as one that is repeated: that is what comes of the rounding.
        against = [*self._replaced(row, document), *self._repeated(row, document)]
        return JudgedRow([*problems, *(each for each in against if each.column not in told)], changes=True)

    def _refused(self, row: "_Row", document: Mapping[str, Any], around: Around) -> list[Problem]:
        """What the editor would say of it."""
        text = parse(device_configuration.as_text(document))
        validation = (
            Validation(text, list(text.problems))
            if text.problems
            else device_validation.validation_of(row.device, text, row.stored, around)
        )
        return [self._of_cell(row.given, each) for each in validation.problems]

    def _of_cell(self, given: Given, problem: Any) -> Problem:
        """At the cell that it is about; what is missing, at the first cell of its extension."""
        name = ".".join(str(part) for part in problem.path[:2])
        if name not in self.labels:
            name = next((each.column for each in self.fields if problem.path[:1] == (each.key,)), "")
        words = f"{problem.message[:1].upper()}{problem.message[1:]}"
        return with_hint(given, Problem(name, words), self.labels)

    def _replaced(self, row: "_Row", document: Mapping[str, Any]) -> list[Problem]:
        """Nothing that is there goes unless that was chosen."""
        if row.update:
            return []
        return [
            Problem(each.column, f"The device has {_shown(before)} here. Choose to update existing configuration.")
            for each in self.fields
            if (before := each.of(row.stored)) is not None and before != each.of(document)
        ]

    def _repeated(self, row: "_Row", document: Mapping[str, Any]) -> list[Problem]:
        problems = []
        for key, manifest in self.manifests.items():
            name = f"{key}.{manifest.subject_field}"
            value = row.given.values.get(name)
            first = self.rows.of(name, value, row.given.row) if value else row.given.row
            if first != row.given.row:
                problems.append(Problem(name, f"Row {first} gives {_shown(value)} to another device."))
        return problems


@dataclass(frozen=True)
class _Row:
    device: Device
    given: Given
    stored: Mapping[str, Any] = field(default_factory=dict)
    update: bool = False


def _shown(value: Any) -> str:
    return str(value)[:40]


def _columns(fields: Sequence[DeviceField]) -> list[ImportColumn]:
    """A field is also known by its title alone where no other extension has one of that title."""
    titles = [each.title for each in fields]
    return [
        ImportColumn(
            each.column,
            each.label,
            (each.title, each.name) if titles.count(each.title) == 1 else (),
            exact=each.name != CONFIGURATION_KEY,
        )
        for each in fields
    ]
