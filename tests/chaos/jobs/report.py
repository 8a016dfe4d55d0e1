"""What the kill test with a job found, as a text for people and as JSON."""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.chaos import report
from tests.chaos.battle import EMBEDDED, SERVERS
from tests.chaos.jobs.truth import Evidence
from tests.chaos.killer import Killer
from tests.chaos.truth import Broken

_MOST_BROKEN = 20


@dataclass(frozen=True)
class Run:
    """How it was run. `faults`: how many calls the carrier was made to spoil."""

    chosen: argparse.Namespace
    seconds: float
    prepared_in: float
    killer: Killer
    faults: int

    @property
    def again(self) -> str:
        chosen = self.chosen
        return f"python -m tests.chaos.jobs.run --seed {chosen.seed} --items {chosen.items} --kills {chosen.kills}"


def write(folder: Path, run: Run, evidence: Evidence, broken: Sequence[Broken]) -> str:
    """Leaves report.txt and report.json; returns the text."""
    folder.mkdir(parents=True, exist_ok=True)
    words = _text(run, evidence, broken)
    (folder / "report.txt").write_text(words)
    data = {
        "kills": [asdict(kill) for kill in run.killer.killed],
        "troubles": run.killer.troubles,
        "broken": [asdict(each) for each in broken],
        "items": [asdict(item) for item in evidence.items if item.state != "done"],
    }
    (folder / "report.json").write_text(json.dumps(data, indent=2))
    return words


def _text(run: Run, evidence: Evidence, broken: Sequence[Broken]) -> str:
    chosen, killer = run.chosen, run.killer
    states = ", ".join(f"{count} {state}" for state, count in Counter(each.state for each in evidence.items).items())
    performed = evidence.performed
    lines = [
        f"Kill test with a job: seed {chosen.seed}, {len(evidence.items)} items, {len(killer.killed)} kills,"
        f" on {SERVERS if chosen.servers else EMBEDDED}.",
        f"It took {run.seconds:.0f} s, and {run.prepared_in:.0f} s before that to prepare.",
        "",
        f"  items: {states}",
        f"  the carrier's log: {len(evidence.writes)} calls that write, {sum(performed.values())} changes performed,"
        f" on {len(performed)} SIMs",
        *report.kills(killer.killed),
        *(f"  also {count} times: {what}" for what, count in Counter(what for _, what in killer.troubles).items()),
        f"  also {run.faults} calls that the carrier spoiled",
        "",
        *_verdict(run, broken),
    ]
    return "\n".join(lines) + "\n"


def _verdict(run: Run, broken: Sequence[Broken]) -> list[str]:
    if not broken:
        return ["Each SIM exactly once, or told as not done; every item settled, and the job ended."]
    listed = [f"  {each.rule}: {each.words}" for each in broken[:_MOST_BROKEN]]
    return [f"{len(broken)} rules broken. The same plan again: {run.again}", *listed]
