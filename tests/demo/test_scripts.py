"""The commands of the README as a newcomer meets them: where something is missing, a sentence says what to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

SHELL_TOOLS = ("sh", "dirname", "cat", "rm", "id", "env")


@pytest.fixture
def bare(tmp_path) -> Path:
    """A folder of programs that has what every shell script needs, and nothing else."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in SHELL_TOOLS:
        (programs / name).symlink_to(shutil.which(name))
    return programs


@pytest.fixture
def tree(tmp_path) -> Path:
    """The scripts in a place of their own."""
    place = tmp_path / "tree"
    shutil.copytree(ROOT / "scripts", place / "scripts", ignore=shutil.ignore_patterns("vendor", "prism"))
    return place


def run(script: Path, programs: Path, *arguments: str, **given: str) -> subprocess.CompletedProcess:
    env = {"PATH": str(programs), **given}
    return subprocess.run(["sh", script, *arguments], env=env, capture_output=True, text=True)


def program(folder: Path, name: str, prints: str = "") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {prints}\n")
    path.chmod(0o755)
    return path


def demand(command: str) -> str:
    """What `make` would run, without running it."""
    return subprocess.run(
        ["make", "-n", "-C", ROOT, *command.split()], capture_output=True, text=True, check=True
    ).stdout


def test_make_demo_sets_up_and_runs_at_the_port_that_was_asked_for():
    assert "sh scripts/setup.sh && exec .venv/bin/python manage.py demo --port 8000 " in demand("demo")
    assert " manage.py demo --port 8123 " in demand("demo PORT=8123")


def test_without_python_3_11_it_is_asked_for(tree, bare):
    program(bare, "python3").write_text("#!/bin/sh\nexit 1\n")
    done = run(tree / "scripts/setup.sh", bare)
    assert (done.returncode, done.stdout) == (1, "")
    assert "iotdash needs Python 3.11" in done.stderr
    assert not (tree / ".venv").exists()


def test_demo_reset_throws_the_data_away_and_nothing_else(tree, bare):
    (tree / "var/log").mkdir(parents=True)
    (tree / "var/demo.json").touch()
    done = run(tree / "scripts/demo_reset.sh", bare)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tree.iterdir()] == ["scripts"]
    assert run(tree / "scripts/demo_reset.sh", bare).returncode == 0


def test_demo_reset_leaves_a_demo_that_runs_alone(tree, bare):
    (tree / "var").mkdir()
    (tree / "var/demo.pid").write_text(str(os.getpid()))
    done = run(tree / "scripts/demo_reset.sh", bare)
    assert done.returncode == 1
    assert f"kill {os.getpid()}" in done.stderr
    assert (tree / "var/demo.pid").exists()


def test_chromium_is_found_by_its_name_or_where_it_is_said_to_be(tree, bare, tmp_path):
    installed = program(bare, "google-chrome")
    assert run(tree / "scripts/chromium.sh", bare).stdout == f"{installed}\n"
    own = program(tmp_path, "my-chromium")
    assert run(tree / "scripts/chromium.sh", bare, CHROMIUM=str(own)).stdout == f"{own}\n"


def test_without_chromium_it_says_what_to_do_and_in_ci_it_fails(tree, bare):
    done = run(tree / "scripts/chromium.sh", bare)
    assert (done.returncode, done.stdout) == (0, "")
    assert "apt-get install chromium" in done.stderr
    assert "The browser tests are skipped." in done.stderr
    assert run(tree / "scripts/chromium.sh", bare, CI="true").returncode == 1


def test_chromium_is_installed_where_that_is_possible(tree, bare):
    (bare / "id").unlink()
    program(bare, "id", "0")
    apt = bare / "apt-get"
    apt.write_text(
        '#!/bin/sh\necho "apt-get $*"\n'
        f'case "$*" in *install*chromium*) echo "#!/bin/sh" > {bare}/chromium; chmod +x {bare}/chromium;; esac\n'
    )
    apt.chmod(0o755)
    (bare / "chmod").symlink_to(shutil.which("chmod"))
    done = run(tree / "scripts/chromium.sh", bare)
    assert done.stdout == f"{bare}/chromium\n"
    assert "apt-get -q update" in done.stderr
