"""Device facets: how apps above `devices` give devices more than `devices` knows of.

A facet belongs to one app and has one name. The device list, the drilldown, the import and the REST API ask
every registered facet; `devices` itself knows none of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from devices.importing.columns import ImportColumn
from devices.importing.judging import Given, Problem
from devices.models import Device
from iotdash.audit.services import Source
from iotdash.lib.lists import Condition
from iotdash.organizations.models import Organization


@dataclass(frozen=True)
class FacetColumn:
    """A column that a facet adds to the device list; `name` is of its own among all columns.

    `cell` gives the text or markup of one value (None where the facet has none). It is called for every row, so it is
    made without a template and asks no database. `text` is the same for a file: a text.
    """

    name: str
    label: str
    cell: Callable[[Any], Any]
    default: bool = True
    text: Callable[[Any], str] = lambda value: "" if value is None else str(value)


@dataclass(frozen=True)
class FacetFilter:
    """A filter that a facet adds to the device list: a query parameter with a fixed choice of values.

    `name` is of its own among all filters; links to a filtered list use it. Without `choices` it takes any text, for
    which there may be `suggestions`.
    """

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] | None
    suggestions: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    """A part of the drilldown, in the order of `order`; those of `devices` are 10, 20, 60, 80 and 90.

    `template` is rendered with `context`, `device`, `section` and the request. The drilldown draws card and
    heading around it; with `card` False the template draws its own. What describes the device stands `aside` of what
    is seen and done on it.
    """

    name: str
    title: str
    order: int
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    card: bool = True
    aside: bool = False


@dataclass(frozen=True)
class JudgedRow:
    """`changes`: whether the row asks for anything that the device does not have."""

    problems: Sequence[Problem] = ()
    changes: bool = False


class FacetImport(Protocol):
    """What a facet takes from tables of an organization's device configuration. Made anew for each table."""

    columns: Sequence[ImportColumn]

    def judge(self, rows: Sequence[tuple[Device, Given]], *, update: bool) -> Sequence[tuple[Given, JudgedRow]]:
        """By the rules of the facet's editor, in a fixed number of queries; `update`: what is there may be replaced."""

    def apply(self, rows: Mapping[Device, Mapping[str, str]], source: Source) -> Mapping[Device, str]:
        """Does what rows say that were judged, by their devices. Of those that cannot be done any more: why."""


class DeviceFacet(Protocol):
    """What an app above gives to devices; asked for many devices at once where that can be."""

    name: str
    related: Sequence[str]  # one-to-one relations of a device that its sections read

    def columns(self, organization: Organization) -> Sequence[FacetColumn]: ...

    def filters(self, organization: Organization) -> Sequence[FacetFilter]: ...

    def condition(self, organization: Organization, name: str, value: str) -> Condition:
        """What the filter `name` asks of devices when it is set to `value`."""

    def serialise_many(self, devices: Sequence[Device]) -> Mapping[int, Mapping[str, Any]]:
        """Device primary key → column name → value, in a fixed number of queries."""

    def sections(self, request: Any, device: Device) -> Sequence[Section]:
        """Parts of the drilldown, for the member in `request.membership`."""

    def importing(self, organization: Organization) -> FacetImport | None:
        """None if there is nothing of it in tables."""

    def forget(self, device: Device) -> None:
        """The device is about to be deleted, in the same transaction: what was only kept for it goes, too."""


_facets: dict[str, DeviceFacet] = {}


def register(facet: DeviceFacet) -> None:
    """Called from AppConfig.ready()."""
    _facets[facet.name] = facet


def related() -> list[str]:
    """What a device is loaded with for its drilldown."""
    return [name for facet in facets() for name in facet.related]


def facets() -> tuple[DeviceFacet, ...]:
    return tuple(_facets.values())
