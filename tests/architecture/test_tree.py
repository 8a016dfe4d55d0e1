"""The tree: top level as designed, migrations complete, the lock file from the two canonical hosts."""

import io
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from tests.architecture import house

FOLDERS = {".ci", "devices", "extensions", "iotdash", "scripts", "static", "templates", "tests"}
LOCK_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def ignored() -> set[str]:
    lines = (house.ROOT / ".gitignore").read_text().split()
    return {line.strip("/") for line in lines} | {".git"}


def test_the_top_level_has_the_designed_folders():
    found = {path.name for path in house.ROOT.iterdir() if path.is_dir()} - ignored()
    assert found == FOLDERS


def test_the_top_level_files_are_few_and_conventional():
    files = {path.name for path in house.ROOT.iterdir() if path.is_file()} - ignored()
    python = {name for name in files if name.endswith(".py")}
    assert python == {"manage.py", "gunicorn.conf.py"}
    assert {
        "Makefile",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "pyproject.toml",
        "uv.lock",
        ".env.example",
    } <= files
    assert len(files) <= 14


@pytest.mark.django_db
def test_no_model_change_lacks_its_migration():
    out = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out)
    except SystemExit:
        pytest.fail(out.getvalue())


def test_every_app_with_models_has_migrations():
    own = [config for config in apps.get_app_configs() if Path(config.path).is_relative_to(house.ROOT)]
    own = [config for config in own if ".venv" not in config.path and list(config.get_models())]
    assert own
    assert [config.name for config in own if not (Path(config.path) / "migrations/0001_initial.py").exists()] == []


def test_the_lock_file_names_the_canonical_hosts_only():
    text = (house.ROOT / "uv.lock").read_text()
    assert set(re.findall(r"https?://([^/\"]+)", text)) == LOCK_HOSTS


def test_every_locked_file_has_a_hash():
    lock = tomllib.loads((house.ROOT / "uv.lock").read_text())
    files = [file for package in lock["package"] for file in [package.get("sdist"), *package.get("wheels", ())]]
    assert [file["url"] for file in files if file and not file.get("hash", "").startswith("sha256:")] == []


def test_every_dependency_says_why_it_is_there():
    text = (house.ROOT / "pyproject.toml").read_text()
    wanted = [line for line in text.splitlines() if re.match(r'    "[a-z]', line) and "==" not in line]
    assert [line for line in wanted if re.match(r'    "[a-z0-9-]+(\[.*\])?[~>=]', line) and "#" not in line] == []


def test_shell_scripts_parse():
    scripts = [*(house.ROOT / "scripts").glob("*.sh"), house.ROOT / ".ci/run"]
    assert len(scripts) > 4
    for script in scripts:
        shell = script.read_text().splitlines()[0].removeprefix("#!")
        subprocess.run([shell, "-n", str(script)], check=True)


def test_make_alone_prints_ten_verbs_at_most():
    out = subprocess.run(["make", "-C", str(house.ROOT)], capture_output=True, text=True, check=True).stdout
    verbs = re.findall(r"^  make ([a-z-]+)", out, re.MULTILINE)
    assert {"demo", "demo-reset", "test", "check"} <= set(verbs)
    assert len(verbs) <= 10
