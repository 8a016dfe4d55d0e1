"""What the kill test with a job does: carrier accounts with SIMs, when who is killed, and what else goes wrong.

All of it from the seed. Steps are items of the job that have their outcome.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from extensions.controlcenter.sandbox import Fault, Kind
from extensions.controlcenter.sandbox.generators import make_iccid
from extensions.sims.contract import SimState
from tests.chaos.plan import CALLS, ORGANIZATIONS, Carrier, Disturbance, Kill, Moment, Plan, Trouble, Victim

ORGANIZATION = ORGANIZATIONS[0]
BEFORE, AFTER = SimState.ACTIVATED, SimState.DEACTIVATED
ACCOUNTS = 4
# A change of state by either protocol.
WRITES = tuple(call for call in CALLS if call[1] in ("*/devices/*", "*/EditTerminal"))
_MOMENTS = {
    Victim.WEB: (Moment.AT_ONCE,),
    Victim.WORKER: (Moment.SLICE, Moment.SENDING, Moment.TAKEN, Moment.PERFORMED, Moment.AT_ONCE),
    Victim.BEAT: (Moment.AT_ONCE,),
    Victim.SANDBOX: (Moment.TAKEN, Moment.PERFORMED, Moment.AT_ONCE),
}
# In this order, again and again: the first kill meets the form that asks for the job.
_VICTIMS = (Victim.WEB, Victim.WORKER, Victim.SANDBOX, Victim.BEAT, Victim.WORKER)
_FAULTS = (Kind.CUT_AFTER, Kind.THROTTLE, Kind.SERVER_ERROR, Kind.CUT_BEFORE, Kind.GARBAGE)
# For so many items one of each kind of fault and trouble. A smaller job has two faults, and all of it is sent by the
# time that a fifth of it has its outcome.
_TROUBLED = 1000


@dataclass(frozen=True)
class Mishap:
    """A fault of the carrier's that hits one writing call, from this step on."""

    after: int
    fault: Fault


@dataclass(frozen=True)
class JobPlan:
    """`pauses`: steps at which the job is paused for a moment."""

    killing: Plan
    mishaps: Sequence[Mishap]
    pauses: Sequence[int]


def make(seed: int, items: int, kills: int) -> JobPlan:
    chance = Random(seed)
    carriers = list(_carriers(items))
    killing = Plan(seed, carriers, (), (), list(_kills(chance, items, kills)), list(_troubles(chance, items)))
    return JobPlan(killing, list(_mishaps(chance, items)), [items // 3, items * 3 // 5])


def _carriers(items: int) -> Iterator[Carrier]:
    for number in range(1, ACCOUNTS + 1):
        count = items // ACCOUNTS + (number <= items % ACCOUNTS)
        yield Carrier(
            username=f"chaos-{number}",
            account_id=f"30002000{number}",
            protocol="rest" if number % 2 else "soap",
            organizations=(ORGANIZATION,),
            iccids=tuple(make_iccid(100_000 * number + 101 + place) for place in range(count)),
        )


def _kills(chance: Random, items: int, count: int) -> Iterator[Kill]:
    for number in range(1, count + 1):
        victim = _VICTIMS[(number - 1) % len(_VICTIMS)]
        after = int(_sent_by(items) * (number - 1 + chance.random() * 0.8) / count) if number > 1 else 0
        moment = chance.choice(_MOMENTS[victim]) if number > 1 else Moment.ASKING
        yield Kill(number, after, victim, moment, chance.uniform(0, 1.5), chance.choice(WRITES))


def _sent_by(items: int) -> float:
    return items * (0.9 if items >= _TROUBLED else 0.2)


def _troubles(chance: Random, items: int) -> Iterator[Trouble]:
    whats = [Disturbance.HALF_MESSAGE]
    if items >= _TROUBLED:
        whats += [Disturbance.LOCKED, Disturbance.FROZEN]
    for what in whats:
        yield Trouble(int(items * chance.uniform(0.1, 0.8)), what)


def _mishaps(chance: Random, items: int) -> list[Mishap]:
    kinds = _FAULTS * (items // _TROUBLED) or chance.sample(_FAULTS, 2)
    found = [Mishap(int(_sent_by(items) * chance.uniform(0.05, 0.95)), _fault(chance, kind)) for kind in kinds]
    return sorted(found, key=lambda mishap: mishap.after)


def _fault(chance: Random, kind: Kind) -> Fault:
    method, path = chance.choice(WRITES)
    return Fault(kind, method=method, path=path, times=1)
