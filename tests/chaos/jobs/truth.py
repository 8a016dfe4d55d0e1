"""What must be true after a job ran while everybody was killed, and what is known to judge it by."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from extensions.core.models import State
from iotdash.runtime.models import Job, JobItem
from tests.chaos.jobs.plan import AFTER, BEFORE
from tests.chaos.truth import Broken

ItemState = JobItem.State


@dataclass(frozen=True)
class Item:
    """An item of the job. `operations`: the states of all that was ever asked for its SIM."""

    iccid: str
    state: str
    sentence: str = ""
    operations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Write:
    """A call that asked the carrier to change a SIM, in the order of the log, and whether that was performed."""

    iccid: str
    performed: bool


@dataclass(frozen=True)
class Evidence:
    """`states`: of each SIM, as the carrier has it; `doubts`: how often an answer may have been lost.

    `jobs`: how many there are; `told`: entries of the activity log about the end of one.
    """

    items: Sequence[Item]
    writes: Sequence[Write]
    states: Mapping[str, str]
    job: str
    doubts: int
    jobs: int = 1
    told: int = 1

    @property
    def performed(self) -> Counter[str]:
        """SIM → how often its state was changed."""
        return Counter(write.iccid for write in self.writes if write.performed)


def one_item_for_each(evidence: Evidence) -> Iterator[Broken]:
    counts = Counter(item.iccid for item in evidence.items)
    for iccid in evidence.states.keys() | counts.keys():
        if counts[iccid] != 1 or iccid not in evidence.states:
            yield Broken("one item for each SIM", f"{iccid} has {counts[iccid]}")


def asked_for_once(evidence: Evidence) -> Iterator[Broken]:
    """One job, however often its form was sent."""
    if evidence.jobs != 1:
        yield Broken("one job for one form", f"there are {evidence.jobs}")


def it_ended(evidence: Evidence) -> Iterator[Broken]:
    if evidence.job != Job.State.FINISHED:
        yield Broken("the job ends", f"it is {evidence.job}")
    if evidence.told != 1:
        yield Broken("the job ends", f"that it ended was told {evidence.told} times")
    for item in evidence.items:
        if item.state not in (ItemState.DONE, ItemState.FAILED, ItemState.UNKNOWN):
            yield Broken("every item has an outcome", f"{item.iccid} is {item.state}")


def asked_once(evidence: Evidence) -> Iterator[Broken]:
    """Each item is one operation, and shows how that ended."""
    shows = {State.CONFIRMED: ItemState.DONE, State.UNKNOWN: ItemState.UNKNOWN, State.TIMED_OUT: ItemState.UNKNOWN}
    for item in evidence.items:
        if len(item.operations) != 1:
            yield Broken("one operation for each item", f"{item.iccid} has {len(item.operations)}")
        elif shows.get(item.operations[0], ItemState.FAILED) != item.state:
            yield Broken("items as their operations", f"{item.iccid} is {item.state}, it ended {item.operations[0]}")


def performed_once(evidence: Evidence) -> Iterator[Broken]:
    """Nothing is asked of a SIM any more once its change was performed."""
    done: set[str] = set()
    for write in evidence.writes:
        if write.iccid in done:
            yield Broken("none performed twice", f"{write.iccid} was asked again after it was changed")
        if write.performed:
            done.add(write.iccid)


def performed_as_told(evidence: Evidence) -> Iterator[Broken]:
    performed = evidence.performed
    for item in evidence.items:
        if item.state == ItemState.DONE and not performed[item.iccid]:
            yield Broken("done happened", f"{item.iccid}: it did not")
        if item.state == ItemState.FAILED and performed[item.iccid]:
            yield Broken("failed did not happen", f"{item.iccid}: it did; {item.sentence}")
    for iccid, state in evidence.states.items():
        if state != (AFTER if performed[iccid] else BEFORE):
            yield Broken("the log is true", f"{iccid} is {state}, and was changed {performed[iccid]} times")


def few_in_doubt(evidence: Evidence) -> Iterator[Broken]:
    """A kill or a lost answer leaves at most the one call of each account in doubt."""
    unknown = [item.iccid for item in evidence.items if item.state == ItemState.UNKNOWN]
    if len(unknown) > evidence.doubts:
        yield Broken("few in doubt", f"{len(unknown)} after {evidence.doubts} lost answers: {', '.join(unknown[:5])}")


def most_are_done(evidence: Evidence) -> Iterator[Broken]:
    """What is refused for a moment is asked again: only a lost request may end as failed."""
    failed = [item for item in evidence.items if item.state == ItemState.FAILED]
    if len(failed) > evidence.doubts:
        yield Broken("most are done", f"{len(failed)} failed, for instance: {failed[0].sentence}")


Rule = Callable[[Evidence], Iterator[Broken]]
RULES: tuple[Rule, ...] = (
    one_item_for_each,
    asked_for_once,
    it_ended,
    asked_once,
    performed_once,
    performed_as_told,
    few_in_doubt,
    most_are_done,
)


def judge(evidence: Evidence) -> list[Broken]:
    return [broken for rule in RULES for broken in rule(evidence)]
