"""What a row of a section shows, on the page and in a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from devices.models import Device
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.sims.facet import state_cell
from extensions.sims.models import Sim
from iotdash.lib.templatetags.ui import ago, known


@dataclass(frozen=True)
class Around:
    """What cells need beside their rows: they must not ask the database."""

    configs: Mapping[int, ExtensionConfig]
    sim_url: Callable[[Sim], str]
    device_url: Callable[[Device], str]


@dataclass(frozen=True)
class Cell:
    """`value` for the file; `shown` on the page, if that is another."""

    value: Any
    shown: Any = None

    @property
    def content(self) -> Any:
        return known(self.value) if self.shown is None else self.shown


@dataclass(frozen=True)
class SectionColumn:
    """The first one of a section names its rows. Some are of the page or of the file only."""

    label: str
    cell: Callable[[Any, Around], Cell]
    css: str = ""
    on_page: bool = True
    in_file: bool = True


def of_sim(sim: Sim, around: Around) -> Cell:
    return Cell(sim.subject, _link(around.sim_url(sim), sim.subject))


def of_device(device: Device | None, around: Around) -> Cell:
    if device is None:
        return Cell(None)
    return Cell(f"{device.type_name}/{device.device_id}", _link(around.device_url(device), device.device_id))


def configuration(config_id: int, around: Around) -> Cell:
    """With its carrier."""
    config = around.configs[config_id]
    carrier = registry.manifest(config.slug).name
    shown = format_html('<span>{} <span class="row-hint">{}</span></span>', config.name, carrier)
    return Cell(f"{carrier}: {config.name}", shown)


def state(sim: Sim, around: Around) -> Cell:
    return Cell(sim.state, state_cell(sim, around.configs[sim.config_id]))


def moment(value: Any, never: str = "not yet") -> Cell:
    """In a file as UTC."""
    text = f"{value:%Y-%m-%d %H:%M:%S}" if value else None
    return Cell(text, ago(value, never=never))


def _link(url: str, text: str) -> SafeString:
    return format_html('<a class="text-nowrap" href="{}">{}</a>', url, text)
