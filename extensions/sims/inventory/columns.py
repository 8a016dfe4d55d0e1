"""Columns of the list of SIMs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from devices.models import Device
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims import numbers
from extensions.sims.facet import state_cell, state_text
from extensions.sims.models import Sim
from extensions.sims.templatetags.sims import megabytes, minutes, typed_megabytes
from iotdash.lib.lists import Column
from iotdash.lib.templatetags.ui import ago, known, moment


@dataclass(frozen=True)
class Surroundings:
    """What the cells of a page need beside its SIMs. `link_url` is None for members who may not link devices.

    `several` are carriers with which the organization has more than one configuration.
    """

    configs: Mapping[int, ExtensionConfig]
    device_url: Callable[[Device], str]
    link_url: Callable[[Sim], str] | None
    whole_numbers: bool
    several: frozenset[str] = frozenset()


# Text or markup of one SIM; it must not ask the database.
Cell = Callable[[Sim, Surroundings], Any]


@dataclass(frozen=True)
class SimColumn:
    """`text` is what a file has where the page has `cell`, for members who see whole numbers."""

    column: Column
    cell: Cell
    text: Callable[[Sim, Surroundings], str | int | None]
    numeric: bool = False
    words: bool = False

    @property
    def css(self) -> str:
        return "num" if self.numeric else "cell-words" if self.words else ""


def _carrier(sim: Sim, around: Surroundings) -> str:
    """With the configuration where the carrier alone does not tell the account."""
    config = around.configs[sim.config_id]
    name = registry.manifest(config.slug).name
    if config.slug not in around.several:
        return name
    return format_html('<span>{} <span class="row-hint">{}</span></span>', name, config.name)


def _device(sim: Sim, around: Surroundings) -> SafeString:
    if sim.device_id:
        return format_html(
            '<a class="text-nowrap" href="{}">{}</a>', around.device_url(sim.device), sim.device.device_id
        )
    if around.link_url is None:
        return known(None)
    return format_html(
        '<a class="btn btn-sm" href="{0}" hx-get="{0}" hx-target="#dialog-body">Link a device'
        '<span class="visually-hidden"> to SIM {1}</span></a>',
        around.link_url(sim),
        sim.subject,
    )


def _field(
    name: str,
    label: str,
    show: Callable[[Any], Any] = known,
    *,
    text: Callable[[Any], Any] = lambda value: value,
    numeric: bool = False,
) -> SimColumn:
    """One that is shown when it is chosen."""
    column = Column(name, label, default=False)
    return SimColumn(column, lambda sim, _: show(getattr(sim, name)), lambda sim, _: text(getattr(sim, name)), numeric)


def _same(column: Column, text: Callable[[Sim, Surroundings], Any], *, words: bool = False) -> SimColumn:
    return SimColumn(column, lambda sim, around: known(text(sim, around)), text, words=words)


def _iso(value: datetime | None) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if value else ""


def _number(name: str, label: str) -> SimColumn:
    def cell(sim: Sim, around: Surroundings) -> Any:
        return known(numbers.shown(getattr(sim, name), whole=around.whole_numbers))

    return SimColumn(Column(name, label, default=False), cell, lambda sim, _: getattr(sim, name))


COLUMNS = (
    _same(Column("subject", "Identifier", sortable=True), lambda sim, _: sim.subject),
    SimColumn(
        Column("carrier", "Carrier"),
        _carrier,
        lambda sim, around: registry.manifest(around.configs[sim.config_id].slug).name,
    ),
    _same(
        Column("config", "Configuration", default=False),
        lambda sim, around: around.configs[sim.config_id].name,
        words=True,
    ),
    SimColumn(
        Column("state", "State"),
        lambda sim, around: state_cell(sim, around.configs[sim.config_id]),
        lambda sim, _: state_text(sim),
    ),
    _same(Column("plan", "Rate plan"), lambda sim, _: sim.rate_plan, words=True),
    SimColumn(Column("device", "Device"), _device, lambda sim, _: sim.device.device_id if sim.device_id else ""),
    SimColumn(
        Column("data", "Data (MB)", sortable=True, order_by="ctd_data_bytes"),
        lambda sim, _: known(megabytes(sim.ctd_data_bytes)),
        # Digits and a point only, as programs read it.
        lambda sim, _: (typed_megabytes(sim.ctd_data_bytes) or "").replace(",", ""),
        numeric=True,
    ),
    _field("ctd_sms", "SMS", numeric=True),
    _field("ctd_voice_seconds", "Voice (mm:ss)", lambda value: known(minutes(value)), text=minutes, numeric=True),
    _number("imsi", "IMSI"),
    _number("msisdn", "MSISDN"),
    _field("imei", "IMEI"),
    _field("added_at", "Added", moment, text=_iso),
    _field("modified_at", "Modified", moment, text=_iso),
    _field("usage_at", "Usage fetched", lambda value: ago(value, never="not yet"), text=_iso),
    SimColumn(
        Column("fetched", "Data fetched", sortable=True, order_by="fetched_at"),
        lambda sim, _: ago(sim.fetched_at, never="not yet"),
        lambda sim, _: _iso(sim.fetched_at),
    ),
)
BY_NAME = {each.column.name: each for each in COLUMNS}
# What all of the cells read.
FIELDS = (
    *("subject", "config", "device", "state", "rate_plan", "missing_since", "imsi", "msisdn", "imei"),
    *("ctd_data_bytes", "ctd_sms", "ctd_voice_seconds", "added_at", "modified_at", "usage_at", "fetched_at"),
)
