"""Columns of the device list: those of `devices`, and those of its facets."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from devices.facets import DeviceFacet, FacetColumn, facets
from devices.models import Device
from iotdash.lib.lists import Column
from iotdash.lib.templatetags.ui import ago, badge, known
from iotdash.organizations.models import Organization

Cell = Callable[[Device], Any]
METADATA = "metadata"
# Of metadata in a list.
_SHOWN = 80


@dataclass(frozen=True)
class OwnColumn:
    """`cell` gives the text or markup of one device, `text` what a file has there; neither may ask the database."""

    column: Column
    cell: Cell
    text: Cell


def _place(device: Device) -> str:
    if device.latitude is None:
        return device.descriptive_location
    return device.descriptive_location or f"{device.latitude:.4f}, {device.longitude:.4f}"


def _alert(device: Device) -> Any:
    return badge("On", tone="warning", icon_name="bell") if device.alert_enabled else "Off"


def _text(name: str, label: str, *, sortable: bool = False, default: bool = False) -> OwnColumn:
    text = attrgetter(name)
    return OwnColumn(Column(name, label, sortable, default), lambda device: known(text(device)), text)


def _metadata(device: Device) -> str:
    return json.dumps(device.metadata, ensure_ascii=False)


def _metadata_cell(device: Device) -> Any:
    text = _metadata(device) if device.metadata else ""
    return known(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _measured(device: Device) -> str:
    """To the microsecond, so that it is the same when it is read again."""
    return device.measured_at.isoformat() if device.measured_at else ""


def _same(column: Column, text: Cell) -> OwnColumn:
    return OwnColumn(column, text, text)


def _moment(column: Column, name: str) -> OwnColumn:
    at = attrgetter(name)
    return OwnColumn(column, lambda device: ago(at(device)), lambda device: f"{at(device):%Y-%m-%dT%H:%M:%SZ}")


OWN = (
    _same(Column("device_id", "Device ID", sortable=True), attrgetter("device_id")),
    _same(Column("type", "Type", sortable=True, order_by="type_name"), attrgetter("type_name")),
    _same(Column("class", "Class", default=False), attrgetter("device_type.class_id")),
    _text("serial_number", "Serial number", sortable=True, default=True),
    _text("manufacturer", "Manufacturer", sortable=True),
    _text("model", "Model", sortable=True, default=True),
    _text("fw_version", "Firmware version"),
    _text("hw_version", "Hardware version"),
    _text("device_class", "Device class"),
    _text("info_description", "Description"),
    OwnColumn(Column("location", "Location", default=False), lambda device: known(_place(device)), _place),
    _text("descriptive_location", "Descriptive location"),
    *(_text(name, name.capitalize()) for name in ("latitude", "longitude", "elevation", "accuracy")),
    OwnColumn(
        Column("measured", "Measured at", default=False),
        lambda device: ago(device.measured_at) if device.measured_at else known(None),
        _measured,
    ),
    OwnColumn(Column(METADATA, "Metadata", default=False), _metadata_cell, _metadata),
    OwnColumn(Column("alert", "Alert", default=False), _alert, lambda device: "On" if device.alert_enabled else "Off"),
    _moment(Column("registered", "Registered", sortable=True, order_by="registered_at"), "registered_at"),
    _moment(Column("updated", "Updated", sortable=True, default=False, order_by="updated_at"), "updated_at"),
)
_OWN_CELLS = {own.column.name: own.cell for own in OWN}
_OWN_TEXTS = {own.column.name: own.text for own in OWN}

FacetColumns = list[tuple[DeviceFacet, Sequence[FacetColumn]]]


def facet_columns(organization: Organization) -> FacetColumns:
    return [(facet, facet.columns(organization)) for facet in facets()]


def list_columns(extra: FacetColumns) -> list[Column]:
    """All columns a list can show; those of facets stand before the dates."""
    own = [each.column for each in OWN]
    added = [Column(each.name, each.label, default=each.default) for _, columns in extra for each in columns]
    return [*own[:-2], *added, *own[-2:]]


def cells(shown: Sequence[Column], extra: FacetColumns, devices: Sequence[Device]) -> dict[str, Cell]:
    """Column name → what it shows of a device. Only facets of shown columns are asked, each once."""
    names = {column.name for column in shown}
    made = {name: cell for name, cell in _OWN_CELLS.items() if name in names}
    return made | _of_facets(names, extra, devices, attrgetter("cell"))


def texts(names: Collection[str], extra: FacetColumns, devices: Sequence[Device]) -> dict[str, Cell]:
    """The same for a file: texts only."""
    made = {name: text for name, text in _OWN_TEXTS.items() if name in names}
    return made | _of_facets(names, extra, devices, attrgetter("text"))


def _of_facets(
    names: Collection[str], extra: FacetColumns, devices: Sequence[Device], kind: Callable[[FacetColumn], Any]
) -> dict[str, Cell]:
    made: dict[str, Cell] = {}
    for facet, columns in extra:
        wanted = [column for column in columns if column.name in names]
        if wanted:
            values = facet.serialise_many(devices)
            made |= {column.name: _facet_cell(column.name, kind(column), values) for column in wanted}
    return made


def _facet_cell(name: str, show: Callable[[Any], Any], values: Any) -> Cell:
    return lambda device: show(values.get(device.pk, {}).get(name))
