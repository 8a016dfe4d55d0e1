"""The sections of the reconciliation page: what each is about, what it shows, and how its rows are found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html

from extensions.core.models import ExtensionConfig
from extensions.sims.inventory import filters
from extensions.sims.models import LinkProposal
from extensions.sims.reconciling import cells, finding, judging
from extensions.sims.reconciling.cells import Around, Cell, SectionColumn
from extensions.sims.reconciling.finding import DAYS, STATE, Found, Scope
from extensions.sims.templatetags.sims import megabytes
from iotdash.lib.lists import Filter
from iotdash.lib.templatetags.ui import badge

TONES = {"offered": "info", "ambiguous": "warning", "refused": "neutral"}
_DAYS = Filter(DAYS, "Without usage for", tuple((str(days), f"{days} days") for days in (7, 14, 30, 60, 90, 180)))
_STATES = Filter(STATE, "State", tuple(LinkProposal.State.choices))


@dataclass(frozen=True)
class Section:
    """`what`: plural of its rows. `by_pass`: as found by the last comparison, and not as it is now.

    `usual`: what its filters are set to where the URL does not say. `prepare` reads what all cells of a page need.
    """

    slug: str
    title: str
    words: str
    what: str
    nothing: str
    find: Callable[[Scope], Found]
    columns: Sequence[SectionColumn]
    filters: Sequence[Filter] = ()
    of_configurations: bool = True
    by_pass: bool = False
    search: str = "Identifier begins with"
    usual: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Sequence[Any]], None] = lambda rows: None

    @property
    def on_page(self) -> list[SectionColumn]:
        return [column for column in self.columns if column.on_page]

    @property
    def in_file(self) -> list[SectionColumn]:
        return [column for column in self.columns if column.in_file]

    @property
    def usual_words(self) -> str:
        """What its filters are set to where nobody chose: "Without usage for 30 days"."""
        labels = {each.name: (each.label, dict(each.choices or ())) for each in self.filters}
        return ", ".join(f"{labels[name][0]} {labels[name][1][value]}" for name, value in self.usual.items())

    def declared(self, configs: Sequence[ExtensionConfig]) -> list[Filter]:
        found = {each.name: each for each in filters.declared(configs)}
        of_all = (filters.CARRIER, filters.CONFIG) if self.of_configurations else ()
        return [*(found[name] for name in of_all), *self.filters]


def _sim() -> list[SectionColumn]:
    return [
        SectionColumn("Identifier", cells.of_sim, "mono"),
        SectionColumn("Configuration", lambda sim, around: cells.configuration(sim.config_id, around), "cell-words"),
    ]


def _row_of_sim() -> list[SectionColumn]:
    """Of rows that have a SIM."""
    return [
        SectionColumn("Identifier", lambda row, around: cells.of_sim(row.sim, around), "mono"),
        SectionColumn("Configuration", lambda row, around: cells.configuration(row.config_id, around), "cell-words"),
    ]


_DEVICE = SectionColumn("Device", lambda row, around: cells.of_device(row.device, around))
_FETCHED = SectionColumn("Data fetched", lambda sim, _: cells.moment(sim.fetched_at))
_SIM_STATE = SectionColumn("State", cells.state)


def _plain(label: str, name: str, css: str = "") -> SectionColumn:
    return SectionColumn(label, lambda row, _: Cell(getattr(row, name)), css)


def _in_file(label: str, name: str) -> SectionColumn:
    return SectionColumn(label, lambda row, _: Cell(getattr(row, name)), on_page=False)


def _match(row: LinkProposal, around: Around) -> Cell:
    shown = format_html(
        '<span>{} <span class="mono">{}</span> in {}</span>', row.get_matched_display(), row.number, row.place
    )
    return Cell(row.number, shown)


def _state(row: LinkProposal, around: Around) -> Cell:
    """With what makes it ambiguous, or who refused it."""
    words = f"also {', '.join(row.rivals)}" if row.rivals else f"by {row.refused_by}" if row.refused_by else ""
    state = badge(row.get_state_display(), TONES[row.state])
    return Cell(row.state, format_html('<span>{} <span class="row-hint">{}</span></span>', state, words))


PROPOSALS = Section(
    "proposals",
    "Links proposed",
    "SIMs in no device, and a device in which a number of the SIM stands. Nothing is linked before somebody accepts.",
    "proposals",
    "No number of a SIM without a device stands in device info or metadata of a device.",
    finding.proposals,
    [
        *_row_of_sim(),
        _DEVICE,
        SectionColumn("What matches", _match, "cell-words", in_file=False),
        SectionColumn("Matched by", lambda row, _: Cell(row.get_matched_display()), on_page=False),
        _in_file("Found in", "place"),
        _in_file("Number found", "number"),
        SectionColumn("State", _state, "cell-words"),
        SectionColumn("Also matches", lambda row, _: Cell(", ".join(row.rivals)), on_page=False),
    ],
    filters=(_STATES,),
    by_pass=True,
    prepare=judging.note_rivals,
)
WITHOUT_DEVICE = Section(
    "without-device",
    "SIMs without a device",
    "SIMs that their carrier lists and no device is configured for.",
    "SIMs",
    "Every SIM that a carrier lists is in a device.",
    finding.without_device,
    [*_sim(), _SIM_STATE, SectionColumn("Rate plan", lambda sim, _: Cell(sim.rate_plan), "cell-words"), _FETCHED],
    filters=(Filter("state", "State"),),
)
SECTIONS = (
    PROPOSALS,
    WITHOUT_DEVICE,
    Section(
        "unknown",
        "Unknown to the carrier",
        "Devices that are configured with a SIM that its carrier does not know, or does not know any more.",
        "SIMs",
        "The carriers know the SIMs of all devices that were asked about.",
        finding.unknown_to_carrier,
        [*_sim(), _DEVICE, SectionColumn("Unknown since", lambda sim, _: cells.moment(sim.missing_since)), _FETCHED],
    ),
    Section(
        "shared",
        "One identifier, several devices",
        "Devices that are configured with the same SIM, at several carriers, or with and without its check digit.",
        "devices",
        "No two devices have the same SIM.",
        finding.shared,
        [
            _plain("Identifier", "number", "mono"),
            _DEVICE,
            _plain("Extension", "extension"),
            _plain("As configured", "told", "mono"),
        ],
        of_configurations=False,
        by_pass=True,
    ),
    Section(
        "unused",
        "Active without usage",
        "Activated SIMs that used nothing for so many days, up to the last time their usage was fetched. "
        "A SIM whose usage is not known is not listed.",
        "SIMs",
        "No activated SIM is known to have used nothing for so long.",
        finding.unused,
        [
            *_sim(),
            _DEVICE,
            _plain("Days without usage", "unused_days", "num"),
            SectionColumn("Data (MB)", lambda sim, _: Cell(megabytes(sim.ctd_data_bytes)), "num"),
            SectionColumn("Usage fetched", lambda sim, _: cells.moment(sim.usage_at)),
        ],
        filters=(_DAYS,),
        usual={DAYS: "30"},
    ),
    Section(
        "imei",
        "IMEI changed",
        "SIMs that were seen in another piece of equipment than before, the newest first. Kept for a year.",
        "changes",
        "No SIM was seen in another piece of equipment than before.",
        finding.changed_imeis,
        [
            *_row_of_sim(),
            SectionColumn("Device", lambda row, around: cells.of_device(row.sim.device, around)),
            _plain("IMEI before", "before", "mono"),
            _plain("IMEI since", "after", "mono"),
            SectionColumn("Seen", lambda row, _: cells.moment(row.seen_at)),
        ],
    ),
)
BY_SLUG: Mapping[str, Section] = {section.slug: section for section in SECTIONS}
