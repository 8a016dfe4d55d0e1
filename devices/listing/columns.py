"""Columns of the device list: those of `devices`, and those of its facets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from devices.facets import DeviceFacet, FacetColumn, facets
from devices.models import Device
from iotdash.lib.lists import Column
from iotdash.lib.templatetags.ui import ago, badge, known
from iotdash.organizations.models import Organization

Cell = Callable[[Device], Any]


@dataclass(frozen=True)
class OwnColumn:
    """`cell` gives the text or markup of one device; it must not ask the database."""

    column: Column
    cell: Cell


def _place(device: Device) -> Any:
    if device.latitude is None:
        return known(device.descriptive_location)
    return device.descriptive_location or f"{device.latitude:.4f}, {device.longitude:.4f}"


def _alert(device: Device) -> Any:
    return badge("On", tone="warning", icon_name="bell") if device.alert_enabled else "Off"


def _text(name: str, label: str, *, sortable: bool = False, default: bool = False) -> OwnColumn:
    return OwnColumn(Column(name, label, sortable, default), lambda device: known(getattr(device, name)))


OWN = (
    OwnColumn(Column("device_id", "Device ID", sortable=True), lambda device: device.device_id),
    OwnColumn(
        Column("type", "Type", sortable=True, order_by="type_name"),
        lambda device: device.type_name,
    ),
    OwnColumn(Column("class", "Class", default=False), lambda device: device.device_type.class_id),
    _text("serial_number", "Serial number", sortable=True, default=True),
    _text("manufacturer", "Manufacturer", sortable=True),
    _text("model", "Model", sortable=True, default=True),
    _text("fw_version", "Firmware version"),
    _text("hw_version", "Hardware version"),
    _text("device_class", "Device class"),
    _text("info_description", "Description"),
    OwnColumn(Column("location", "Location", default=False), _place),
    OwnColumn(
        Column("alert", "Alert", default=False),
        _alert,
    ),
    OwnColumn(
        Column("registered", "Registered", sortable=True, order_by="registered_at"),
        lambda device: ago(device.registered_at),
    ),
    OwnColumn(
        Column("updated", "Updated", sortable=True, default=False, order_by="updated_at"),
        lambda device: ago(device.updated_at),
    ),
)
_OWN_CELLS = {own.column.name: own.cell for own in OWN}

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
    for facet, columns in extra:
        wanted = [column for column in columns if column.name in names]
        if wanted:
            values = facet.serialise_many(devices)
            made |= {column.name: _facet_cell(column, values) for column in wanted}
    return made


def _facet_cell(column: FacetColumn, values: Any) -> Cell:
    return lambda device: column.cell(values.get(device.pk, {}).get(column.name))
