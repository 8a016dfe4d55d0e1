"""What a kill test found, as a table for people and as JSON; and the whole history of what went wrong."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extensions.core.models import State
from extensions.sims.operations import RATE_PLAN, SMS, STATUS
from tests.chaos.evidence import Evidence, Row
from tests.chaos.killer import Killed
from tests.chaos.plan import Moment, Victim
from tests.chaos.truth import Broken, match

TITLES = {STATUS: "state change", RATE_PLAN: "plan change", SMS: "SMS"}
_ENDS = (State.CONFIRMED, State.REFUSED, State.FAILED, State.UNKNOWN)
_MOST_HISTORIES = 20


@dataclass(frozen=True)
class Run:
    """How it was run. Times in seconds."""

    seed: int
    operations: int
    kills: int
    on: str
    seconds: float
    prepared_in: float


def per_kind(evidence: Evidence) -> list[dict[str, Any]]:
    matched, _ = match(evidence)
    askings = {asking.asked_with: asking for asking in evidence.askings}
    table = []
    for operation, title in TITLES.items():
        rows = [row for row in evidence.rows if row.operation == operation]
        ends = Counter(row.state for row in rows)
        table.append(
            {
                "kind": title,
                "asked": len(rows),
                **{end.value: ends[end] for end in _ENDS},
                "performed": sum(len(matched.get(row.key, ())) for row in rows),
                "in doubt": sum(_was_unknown(evidence, row) for row in rows),
                "sent again": sum(max(row.attempts - 1, 0) for row in rows),
                "forms repeated": sum(askings[row.key].repeats for row in rows if row.key in askings),
            }
        )
    total = {name: sum(line[name] for line in table) for name in table[0] if name != "kind"}
    return [*table, {"kind": "all", **total}]


def _was_unknown(evidence: Evidence, row: Row) -> bool:
    return any(state.startswith(State.UNKNOWN) for _, state in evidence.journal.get(row.key, ()))


def text(run: Run, evidence: Evidence, broken: Sequence[Broken]) -> str:
    lines = [
        f"Kill test: seed {run.seed}, {run.operations} operations, {len(evidence.killed)} kills, on {run.on}.",
        f"It took {run.seconds:.0f} s, and {run.prepared_in:.0f} s before that to prepare.",
        "",
        *_table(per_kind(evidence)),
        "",
        *kills(evidence.killed),
        *(f"  also {count} times: {what}" for what, count in Counter(what for _, what in evidence.troubles).items()),
        "",
        _verdict(run, broken),
    ]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """First column to the left, numbers to the right, under their headings."""
    widths = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in rows[0]}
    first = next(iter(widths))
    for cells in ({name: name for name in widths}, *rows):
        line = (
            str(cells[name]).ljust(width) if name == first else str(cells[name]).rjust(width)
            for name, width in widths.items()
        )
        yield "  " + "  ".join(line)


def kills(killed: Sequence[Killed]) -> list[str]:
    lines = []
    for victim in Victim:
        mine = [kill for kill in killed if kill.victim is victim]
        moments = Counter(kill.moment for kill in mine if kill.met and kill.moment is not Moment.AT_ONCE)
        when = ", ".join(f"{count} as {moment}" for moment, count in moments.items())
        lines.append(f"  {victim.value:8} killed {len(mine):3} times" + (f": {when}" if when else ""))
    return lines


def _verdict(run: Run, broken: Sequence[Broken]) -> str:
    if not broken:
        return (
            "None lost, none performed twice, at most one in doubt per kill and account, all settled truthfully, "
            "every SIM shown as the carrier has it."
        )
    again = f"make chaos SEED={run.seed} OPERATIONS={run.operations} KILLS={run.kills}"
    listed = [f"  {each.rule}: {each.words}" for each in broken[:_MOST_HISTORIES]]
    return "\n".join([f"{len(broken)} rules broken. The same plan again: {again}", *listed])


def write(folder: Path, run: Run, evidence: Evidence, broken: Sequence[Broken]) -> str:
    """Leaves report.txt, report.json, and after a failure histories.txt; returns the text."""
    folder.mkdir(parents=True, exist_ok=True)
    words = text(run, evidence, broken)
    (folder / "report.txt").write_text(words)
    data = {
        "run": asdict(run),
        "kinds": per_kind(evidence),
        "kills": [asdict(kill) for kill in evidence.killed],
        "troubles": evidence.troubles,
        "broken": [asdict(each) for each in broken],
    }
    (folder / "report.json").write_text(json.dumps(data, indent=2))
    histories = folder / "histories.txt"
    histories.unlink(missing_ok=True)
    if broken:
        keys = dict.fromkeys(each.key for each in broken if each.key)
        histories.write_text("\n\n".join([*_kill_log(evidence), *(history(evidence, key) for key in keys)]))
    return words


def _kill_log(evidence: Evidence) -> Iterator[str]:
    for kill in evidence.killed:
        met = "" if kill.met else " (its moment did not come)"
        yield f"{_clock(kill.at)} kill {kill.number} of {kill.victim}, {kill.moment}{met}, at step {kill.step}"


def history(evidence: Evidence, key: str) -> str:
    """Everything that is known about one operation, in order of time."""
    row = next((row for row in evidence.rows if row.key == key), None)
    asking = next((each for each in evidence.askings if key in each.keys), None)
    events = [(at, f"seen {state}") for at, state in evidence.journal.get(key, ())]
    events += [(at, f"person: {what}") for at, what in (asking.attempts if asking else ())]
    if row:
        deeds = [deed for deed in evidence.deeds if (deed.iccid, deed.operation) == (row.iccid, row.operation)]
        events += [(deed.at.timestamp(), f"carrier: {deed}") for deed in deeds]
        since, until = row.asked_at.timestamp(), (row.settled_at or datetime.now(UTC)).timestamp()
        events += [(kill.at, f"kill of {kill.victim}") for kill in evidence.killed if since - 60 < kill.at < until]
    lines = [f"{_clock(at)} {what}" for at, what in sorted(events)]
    return "\n".join([f"Form {key}", str(row), *lines])


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3]
