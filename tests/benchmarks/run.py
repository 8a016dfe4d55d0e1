"""`make bench`: runs every benchmark, prints one table and keeps it under `build/bench/`.

A benchmark is a module `bench_*.py` with `measure(quick: bool) -> Iterable[Row]`. Each runs in a fresh process on an
empty SQLite database, and those of ON_BOTH once more on PostgreSQL.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from iotdash.demo.state import DemoState, environment
from tests.benchmarks import machine, table
from tests.benchmarks.table import Row, Section
from tests.demo import servers

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESULTS = ROOT / "build" / "bench"
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
ON_BOTH = {"alerts", "api", "jobs", "lists", "sims", "drilldown", "overview", "reconciliation"}
_SERVERS: Mapping[str, Callable] = {SQLITE: lambda: nullcontext(""), POSTGRESQL: servers.postgresql}


class Broken(Exception):
    """A benchmark ended with an error; its last words."""


def main() -> int:
    given = _arguments()
    facts, sections, broken = machine.facts(), [], []
    for name in given.only or names():
        began = time.monotonic()
        try:
            rows = list(_rows(name, given.quick))
        except Broken as error:
            broken.append(f"{name} broke: {error}")
            continue
        sections.append(Section(name, rows))
        _say(f"{table.text(sections[-1:])}{name} took {time.monotonic() - began:.0f} s\n\n")
    _keep(facts, sections, given.quick)
    _say("\n".join([_facts_line(facts), table.verdict(sections), *broken, f"Kept in {RESULTS}", ""]))
    return 1 if broken else 0


def names() -> list[str]:
    """Every benchmark there is, without its `bench_`."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the product.")
    parser.add_argument("only", nargs="*", metavar="name", help=f"some of: {', '.join(names())}")
    parser.add_argument("--quick", action="store_true", help="small sizes, for a look within two minutes")
    given = parser.parse_args()
    if unknown := set(given.only) - set(names()):
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    return given


def _rows(name: str, quick: bool) -> Iterator[Row]:
    if name not in ON_BOTH:
        yield from _in_own_process(f"bench_{name}", quick, "")
        return
    for database in _SERVERS:
        with _server(database) as (url, why_not):
            rows = [Row("all", {"not measured": why_not})] if why_not else _in_own_process(f"bench_{name}", quick, url)
            yield from (replace(row, name=f"{database}: {row.name}") for row in rows)


@contextmanager
def _server(database: str) -> Iterator[tuple[str, str]]:
    """The URL of an empty database ("" for SQLite) and why there is none."""
    try:
        with _SERVERS[database]() as url:
            yield url, ""
    except pytest.skip.Exception as skipped:
        yield "", str(skipped)


def _in_own_process(module: str, quick: bool, database_url: str) -> Iterator[Row]:
    with TemporaryDirectory(prefix="iotdash-bench-") as folder:
        answer = Path(folder) / "rows.json"
        env = {**environment(DemoState(), Path(folder) / "var", 8000)}
        if database_url:
            env["DATABASE_URL"] = database_url
        argv = [sys.executable, "-m", "tests.benchmarks.one", module, str(answer), *["--quick"] * quick]
        done = subprocess.run(argv, env=env, cwd=ROOT, stdout=sys.stderr, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise Broken(done.stderr.strip() or f"exit status {done.returncode}")
        yield from map(Row.from_json, json.loads(answer.read_text()))


def _keep(facts: Mapping[str, str], sections: list[Section], quick: bool) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    head = "\n".join(f"- {name}: {value}" for name, value in facts.items())
    size = "small sizes" if quick else "full sizes"
    words = f"# Bench, {size}\n\n{head}\n\n{table.verdict(sections)}\n\n{table.markdown(sections)}"
    data = {section.title: [row.as_json() for row in section.rows] for section in sections}
    (RESULTS / "bench.md").write_text(words)
    (RESULTS / "bench.txt").write_text(f"{_facts_line(facts)}\n\n{table.text(sections)}")
    (RESULTS / "bench.json").write_text(json.dumps({"machine": facts, "quick": quick, "rows": data}, indent=1))


def _facts_line(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
