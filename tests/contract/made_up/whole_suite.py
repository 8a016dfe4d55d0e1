"""Runs the contract suite for a folder that is installed from a temporary place, in a process of its own."""

import ast
import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from xml.etree import ElementTree

from tests.architecture import house

SUITE = sorted(Path(__file__).parents[1].glob("test_contract_*.py"))


def run(place: Path, *command: str) -> subprocess.CompletedProcess:
    """In an installation that has the place: no settings of ours, a database of its own."""
    ours = ("PYTEST_", "IOTDASH_", "DATABASE_URL", "REDIS_URL", "DJANGO_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env |= {"IOTDASH_EXTENSION_PATHS": str(place), "IOTDASH_VAR": str(place.parent), "IOTDASH_ENV_FILE": os.devnull}
    command = (sys.executable, *command)
    return subprocess.run(command, env=env, cwd=house.ROOT, capture_output=True, text=True, timeout=900)


def passes(place: Path, slug: str, *more: Path, not_of: Collection[str]) -> None:
    """All tests of the suite ran for the folder, and passed, with those in `more` files.

    Left out are the files about other kinds of services: their mark is in `not_of`.
    """
    files = [path for path in SUITE if not _marks(path) & set(not_of)] + list(more)
    report = place.parent / "report.xml"
    options = ("-q", "-k", slug, "-p", "no:cacheprovider", "-p", "no:randomly", f"--junitxml={report}")
    done = run(place, "-m", "pytest", *map(str, files), *options)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    (suite,) = ElementTree.parse(report).getroot()  # noqa: S314 - just written by pytest
    assert {suite.get(name) for name in ("errors", "failures", "skipped")} == {"0"}
    ran = {case.get("name").partition("[")[0] for case in suite.iter("testcase")}
    assert set().union(*(_tests_in(path) for path in files)) - ran == set()


def _tests_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def _marks(path: Path) -> set[str]:
    """Of the whole file: `pytestmark = [pytest.mark.mails, …]`."""
    named = [node.value for node in ast.parse(path.read_text()).body if _is_pytestmark(node)]
    return {part.attr for value in named for part in ast.walk(value) if isinstance(part, ast.Attribute)}


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
