"""The bench table says what was measured, and a benchmark that breaks says so."""

import subprocess
import sys

import pytest

from tests.architecture.house import ROOT
from tests.benchmarks import run, table
from tests.benchmarks.table import Row, Section

ROWS = [
    Row("plain list", {"p95 ms": 12.345, "queries": 12000}, "at most 3", True),
    Row("rare | value", {"p95 ms": 1234.5}, "at most 3", False),
    Row("no server", {"not measured": "PostgreSQL is not installed."}),
]


def test_every_row_has_every_heading_in_order():
    lines = list(Section("lists", ROWS).lines())
    assert lines[0] == ["lists", "p95 ms", "queries", "not measured", "aim", "met"]
    assert lines[1] == ["plain list", "12.35", "12,000", "", "at most 3", "met"]
    assert lines[3] == ["no server", "", "", "PostgreSQL is not installed.", "", ""]


def test_columns_stand_under_one_another():
    lines = table.text([Section("lists", ROWS)]).splitlines()
    ends = [line.index(word) + len(word) for line, word in zip(lines[2:4], ["12.35", "1234"], strict=True)]
    assert ends[0] == ends[1]
    assert lines[3].endswith("MISSED")


def test_markdown_keeps_a_bar_in_its_cell():
    assert "| rare \\| value |" in table.markdown([Section("lists", ROWS)])


def test_the_verdict_names_what_was_missed():
    assert table.verdict([Section("lists", ROWS)]) == "1 aims met, 1 missed: rare | value"


def test_a_row_survives_its_way_from_process_to_process():
    assert [Row.from_json(row.as_json()) for row in ROWS] == ROWS


@pytest.mark.slow
def test_a_benchmark_that_breaks_says_why():
    with pytest.raises(run.Broken, match=r"No module named 'tests\.benchmarks\.bench_that_is_not_there'"):
        list(run._in_own_process("bench_that_is_not_there", True, ""))


def test_an_unknown_name_is_refused():
    argv = [sys.executable, "-m", "tests.benchmarks.run", "nonsense"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no benchmark is named nonsense" in done.stderr
