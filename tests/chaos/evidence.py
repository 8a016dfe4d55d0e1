"""What is known after a kill test, gathered from the two sides that cannot have agreed on a story.

The carrier's side is the sandbox's log on disk: what was really performed. The product's side is its rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from extensions.controlcenter.sandbox import State
from extensions.controlcenter.states import state_name
from extensions.core.models import Operation
from extensions.sims.models import Sim
from extensions.sims.operations import RATE_PLAN, SMS, STATUS
from tests.chaos.journal import Seen
from tests.chaos.killer import Killed
from tests.chaos.people import Asking
from tests.chaos.plan import Carrier

Look = tuple[str | None, str | None]

# What the sandbox's log calls a deed → the operation that asks for it.
OPERATION_OF = {"status": STATUS, "rate_plan": RATE_PLAN, "sms": SMS}


@dataclass(frozen=True)
class Deed:
    """One thing that the carrier really did. `value`: the new state or plan as the product names it, or the text."""

    call: int
    at: datetime
    iccid: str
    operation: str
    before: str
    value: str
    reference: str = ""
    answered: bool = True


@dataclass(frozen=True)
class Row:
    """An operation as the product has it."""

    key: str
    organization: str
    lane: int
    iccid: str
    operation: str
    value: str
    state: str
    sentence: str
    reference: str
    attempts: int
    asked_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True)
class Shown:
    """State and plan of every SIM: as the carrier has them, and as each configuration of the product shows them.

    `carrier`: by ICCID. `product`, and what ought to be in it, `expected`: by name of the configuration and ICCID.
    """

    carrier: Mapping[str, Look]
    product: Mapping[tuple[str, str], Look]
    expected: frozenset[tuple[str, str]] = frozenset()

    def differences(self) -> list[str]:
        """What the product shows that is not so, lacks, or has too much."""
        listed = sorted(self.expected | set(self.product))
        return [
            f"{name} shows {iccid} as {self._seen(name, iccid)}"
            for name, iccid in listed
            if self._is_wrong(name, iccid)
        ]

    def _is_wrong(self, name: str, iccid: str) -> bool:
        return (name, iccid) not in self.expected or self.product.get((name, iccid)) != self.carrier.get(iccid)

    def _seen(self, name: str, iccid: str) -> str:
        return f"{self.product.get((name, iccid))}, and it is {self.carrier.get(iccid)}"


@dataclass(frozen=True)
class Evidence:
    askings: Sequence[Asking]
    rows: Sequence[Row]
    deeds: Sequence[Deed]
    killed: Sequence[Killed]
    journal: Mapping[str, Sequence[Seen]]
    shown: Shown = field(default_factory=lambda: Shown({}, {}))
    troubles: Sequence[tuple[float, str]] = ()


def rows() -> list[Row]:
    writes = Operation.objects.exclude(kind="read").select_related("config", "organization").order_by("pk")
    return [_row(each) for each in writes]


def _row(operation: Operation) -> Row:
    return Row(
        key=str(operation.form_key),
        organization=operation.organization.public_id,
        lane=operation.config.lane_id,
        iccid=operation.subject,
        operation=operation.operation_id,
        value=next(iter(operation.parameters.values())),
        **{name: getattr(operation, name) for name in ("state", "sentence", "reference", "attempts")},
        **{name: getattr(operation, name) for name in ("asked_at", "sent_at", "settled_at")},
    )


def deeds(sandbox: State) -> list[Deed]:
    """The whole log. AssertionError if its beginning was forgotten already."""
    calls = sandbox.calls()
    assert calls[0].id == 1, "the sandbox forgot the first calls: too many operations for one run"
    texts = {message.id: message.text for message in sandbox.messages()}
    return [
        Deed(
            call=call.id,
            at=call.at,
            iccid=done.iccid,
            operation=OPERATION_OF[done.what],
            before=_named(done.what, done.before),
            value=texts[done.sms_id] if done.sms_id else _named(done.what, done.after),
            reference=str(done.sms_id or ""),
            answered=call.finished,
        )
        for call in calls
        for done in call.performed
    ]


def _named(what: str, value: str | None) -> str:
    return (state_name(value) if what == "status" else value) or ""


def shown(sandbox: State, carriers: Sequence[Carrier]) -> Shown:
    every = [iccid for carrier in carriers for iccid in carrier.iccids]
    has = {sim.iccid: (state_name(sim.status), sim.rate_plan) for sim in map(sandbox.sim, every) if sim}
    rows = Sim.objects.filter(missing_since=None).select_related("organization", "config")
    shows = {(name_of(each.organization.public_id, each.config.name), each.subject): each for each in rows}
    return Shown(
        carrier=has,
        product={key: (sim.state, sim.rate_plan) for key, sim in shows.items()},
        expected=frozenset(
            (name_of(organization, carrier.username), iccid)
            for carrier in carriers
            for organization in carrier.organizations
            for iccid in carrier.iccids
        ),
    )


def name_of(organization: str, configuration: str) -> str:
    return f"{configuration} of {organization}"
