"""What a kill test does: its carrier accounts, devices, operations, and when who is killed. All of it from the seed.

The same seed gives the same plan. What comes of it differs from run to run, because the machine schedules processes as
it likes: a run is repeatable in what is asked and in when a kill is due, not in which instruction the kill meets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from extensions.controlcenter.sandbox.generators import make_iccid
from extensions.sims.contract import SimState
from extensions.sims.operations import RATE_PLAN, SMS, STATUS

ORGANIZATIONS = ("chaos1", "chaos2")
PLANS = ("EU 5MB", "EU 50MB", "Global 500MB", "Voice and SMS 100")
# Mistakes that people make: the carrier refuses them, and nothing may come of them.
NO_SUCH_PLAN, NOT_ALLOWED = "No such plan", SimState.INVENTORY.value
TWIN_TEXT = "reboot"
# SIMs of each account that are on no device: they fill pages of the inventory.
BYSTANDERS = 110


class Victim(StrEnum):
    WEB = "web"
    WORKER = "worker"
    BEAT = "beat"
    SANDBOX = "sandbox"


class Moment(StrEnum):
    """What the kill waits for, for some seconds at most."""

    AT_ONCE = "at once"
    ASKING = "a form is under way"
    ROW_WRITTEN = "the row is written, the form not answered"
    SLICE = "a step of a job is taken"
    SENDING = "an operation is sent"
    TAKEN = "the carrier took a call and has not performed it"
    PERFORMED = "the carrier performed a call and has not answered"


_MOMENTS = {
    Victim.WEB: (Moment.AT_ONCE, Moment.ASKING, Moment.ROW_WRITTEN),
    Victim.WORKER: (Moment.AT_ONCE, Moment.SENDING, Moment.TAKEN, Moment.PERFORMED),
    Victim.BEAT: (Moment.AT_ONCE,),
    Victim.SANDBOX: (Moment.AT_ONCE, Moment.TAKEN, Moment.PERFORMED),
}
# Method and path by which the sandbox's faults choose a writing call.
CALLS = (
    ("PUT", "*/devices/*"),
    ("POST", "*/devices/*/smsMessages"),
    ("POST", "*/EditTerminal"),
    ("POST", "*/SendSMS"),
)
# Of twenty kills.
_SHARES = {Victim.WEB: 6, Victim.WORKER: 6, Victim.SANDBOX: 5, Victim.BEAT: 3}
_IN_A_ROW = 0.12
# How often beat stays away for long, and how many seconds that is: two sweeps are left out.
_LONG_ABSENCE, _LONG = 0.3, 30.0


@dataclass(frozen=True)
class Carrier:
    """An account at the carrier with its SIMs, and the organizations that use it."""

    username: str
    account_id: str
    protocol: str
    organizations: tuple[str, ...]
    iccids: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedDevice:
    """A device of an organization whose SIM is one of the carrier account's.

    `switched`: its state is changed, and it gets no messages: one that is on its way when its SIM is deactivated would
    wait for ever. `asleep`: the SIM is deactivated, so messages are refused. `twin`: the other organization has it too.
    """

    organization: str
    device_id: str
    carrier: Carrier
    iccid: str
    switched: bool = False
    asleep: bool = False
    twin: bool = False


@dataclass(frozen=True)
class Planned:
    """One operation that a person asks for."""

    number: int
    device: PlannedDevice
    operation: str
    parameter: str
    value: str

    @property
    def place(self) -> tuple[str, str, str]:
        """Where only one may be unsettled at a time."""
        return (self.device.organization, self.device.iccid, self.operation)

    def __str__(self) -> str:
        device = self.device
        return f"{self.number}: {self.operation} “{self.value}” on {device.iccid} by {device.organization}"


@dataclass(frozen=True)
class Kill:
    """`after` counts steps: forms answered and operations settled. `absence` is how many seconds it stays away."""

    number: int
    after: int
    victim: Victim
    moment: Moment
    absence: float
    call: tuple[str, str] = ("", "")


class Disturbance(StrEnum):
    """What else happens to those who work; no kill, and counted apart."""

    HALF_MESSAGE = "half a message in the broker"
    LOCKED = "the database is locked for 8 s"
    FROZEN = "a worker stands still for longer than its leases hold"
    INVENTORY = "every configuration's inventory is asked for"


@dataclass(frozen=True)
class Trouble:
    after: int
    what: Disturbance


@dataclass(frozen=True)
class Plan:
    seed: int
    carriers: Sequence[Carrier]
    devices: Sequence[PlannedDevice]
    operations: Sequence[Planned]
    kills: Sequence[Kill]
    troubles: Sequence[Trouble]


def make(seed: int, operations: int, kills: int) -> Plan:
    chance = Random(seed)
    count = max(3, min(8, operations // 100))
    sims = max(4, operations // (5 * count))
    carriers = _carriers(count, sims + BYSTANDERS)
    devices = _devices(carriers, sims)
    asked = list(_operations(chance, devices, operations))
    return Plan(seed, carriers, devices, asked, list(_kills(chance, operations, kills)), _troubles(chance, operations))


def _carriers(count: int, sims: int) -> list[Carrier]:
    """REST and SOAP in turn; the first account is used by both organizations, the others by one."""
    return [
        Carrier(
            username=f"chaos-{number}",
            account_id=f"30002000{number}",
            protocol="rest" if number % 2 else "soap",
            organizations=ORGANIZATIONS if number == 1 else (ORGANIZATIONS[number // 2 % 2],),
            iccids=tuple(make_iccid(10_000 * number + 101 + place) for place in range(sims)),
        )
        for number in range(1, count + 1)
    ]


def _devices(carriers: Sequence[Carrier], sims: int) -> list[PlannedDevice]:
    found = []
    for place, carrier in enumerate(carriers, start=1):
        for number, iccid in enumerate(carrier.iccids[:sims]):
            # One SIM of the shared account belongs to both, who send it the same words.
            twin = len(carrier.organizations) > 1 and number == 0
            owners = carrier.organizations if twin else [carrier.organizations[number % len(carrier.organizations)]]
            kind = {"switched": number % 2 == 1, "asleep": number % 12 == 2, "twin": twin}
            found += [PlannedDevice(each, f"sim-{place}-{number}", carrier, iccid, **kind) for each in owners]
    return found


def _operations(chance: Random, devices: Sequence[PlannedDevice], count: int) -> Iterator[Planned]:
    shown: dict[tuple[str, str], str] = {}
    for number in range(1, count + 1):
        device = chance.choice(devices)
        operation = chance.choice(_kinds(device))
        if operation == SMS:
            yield Planned(number, device, SMS, "message", TWIN_TEXT if device.twin else f"chaos {number}: report")
        elif operation == STATUS:
            yield Planned(number, device, STATUS, "status", _new_state(chance, device, shown))
        else:
            yield Planned(number, device, RATE_PLAN, "ratePlan", _new_plan(chance, device, shown))


def _kinds(device: PlannedDevice) -> tuple[str, ...]:
    if device.twin or device.asleep:
        return (SMS,)
    return (STATUS, STATUS, RATE_PLAN) if device.switched else (SMS, SMS, RATE_PLAN)


def _new_state(chance: Random, device: PlannedDevice, shown: dict[tuple[str, str], str]) -> str:
    """Another one than the SIM has then, so that a change that happened can be told from one that did not."""
    if chance.random() < 0.08:
        return NOT_ALLOWED
    key = (device.iccid, STATUS)
    active = shown.get(key, SimState.ACTIVATED.value) == SimState.ACTIVATED.value
    shown[key] = SimState.DEACTIVATED.value if active else SimState.ACTIVATED.value
    return shown[key]


def _new_plan(chance: Random, device: PlannedDevice, shown: dict[tuple[str, str], str]) -> str:
    if chance.random() < 0.05:
        return NO_SUCH_PLAN
    key = (device.iccid, RATE_PLAN)
    shown[key] = chance.choice([name for name in PLANS if name != shown.get(key, PLANS[0])])
    return shown[key]


def _kills(chance: Random, operations: int, count: int) -> Iterator[Kill]:
    """Spread over the whole run, each victim in its share. Some come right after another, or twice while starting."""
    every = _victims(chance, count)
    steps = 2 * operations * 0.95
    after, last = 0, every[0]
    for number, victim in enumerate(every, start=1):
        in_a_row = number > len(Victim) and chance.random() < _IN_A_ROW
        after = after if in_a_row else int(steps * (number - chance.random() * 0.8) / count)
        victim = chance.choice([victim, last]) if in_a_row else victim
        moment = Moment.AT_ONCE if in_a_row else chance.choice(_MOMENTS[victim])
        long = victim is Victim.BEAT and chance.random() < _LONG_ABSENCE
        absence = _LONG if long else chance.uniform(0, 1.5)
        yield Kill(number, after, victim, moment, absence, chance.choice(CALLS))
        last = victim


def _victims(chance: Random, count: int) -> list[Victim]:
    """Each of them once, and from then on by their shares."""
    shares = [victim for victim, share in _SHARES.items() for _ in range(share)]
    found = chance.sample(list(Victim), len(Victim))
    while len(found) < count:
        found += chance.sample(shares, len(shares))
    return found[:count]


def _troubles(chance: Random, operations: int) -> list[Trouble]:
    short = [Disturbance.HALF_MESSAGE, Disturbance.LOCKED, Disturbance.INVENTORY]
    whats = [*Disturbance] * (operations // 500) or short
    return sorted(
        (Trouble(int(2 * operations * chance.uniform(0.1, 0.8)), what) for what in whats), key=lambda t: t.after
    )
