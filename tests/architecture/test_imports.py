"""A row imports lower rows only; providers and dialects import contracts. Found by import-linter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import house

WRITE = """
import sys, pathlib
from tests.architecture.import_contracts import write
write(pathlib.Path(sys.argv[1]))
"""
# `extensions` is imported first: its search path then includes the made-up provider's folder.
LINT = """
import sys, extensions
from importlinter.cli import lint_imports
sys.exit(lint_imports(sys.argv[1], no_cache=True))
"""


def lint(tmp_path: Path, extension_paths: Path | None = None) -> subprocess.CompletedProcess:
    """Runs import-linter in a process of its own, where a made-up provider's folder can be installed."""
    config = tmp_path / "importlinter.ini"
    env = {**os.environ, "PYTHONPATH": str(house.ROOT), "IOTDASH_EXTENSION_PATHS": str(extension_paths or "")}
    for program in (WRITE, LINT):
        done = subprocess.run(
            [sys.executable, "-c", program, str(config)],
            env=env,
            cwd=house.ROOT,
            capture_output=True,
            text=True,
        )
    return done


def provider(folder: Path, name: str, code: str) -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").touch()
    (folder / name / "manifest.py").write_text(code)
    return folder


def test_every_import_contract_is_kept(tmp_path):
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{1 + len(house.providers()) + len(house.dialects())} kept" in done.stdout


def test_every_extension_folder_is_a_package_that_the_linter_sees():
    missing = [name for name, path in house.extension_folders().items() if not (path / "__init__.py").exists()]
    assert missing == []


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("from extensions.core import registry", "extensions.core.registry"),
        ("from extensions.core.services import operations", "extensions.core.services"),
        ("from extensions.sims import contract\nimport extensions.sims.models", "extensions.sims.models"),
        ("from devices.models import Device", "devices.models"),
        ("from iotdash.lib import crypto", "iotdash.lib"),
        ("from django.db import models", "django"),
        ("from celery import shared_task", "celery"),
    ],
)
def test_a_made_up_provider_that_imports_what_it_may_not_is_refused(tmp_path, code, named):
    folder = provider(tmp_path / "installed", "meterco", code)
    done = lint(tmp_path, folder)
    assert done.returncode != 0
    assert "meterco imports contracts and dialects only BROKEN" in done.stdout, done.stdout + done.stderr
    assert f"extensions.meterco.manifest -> {named}" in done.stdout


def test_two_made_up_providers_may_not_know_each_other(tmp_path):
    folder = provider(tmp_path / "installed", "meterco", "from extensions.core.contract import Manifest")
    provider(folder, "otherco", "from extensions.meterco import manifest")
    done = lint(tmp_path, folder)
    assert "otherco imports contracts and dialects only BROKEN" in done.stdout
    assert "meterco imports contracts and dialects only KEPT" in done.stdout


def test_a_made_up_provider_that_keeps_to_the_contract_is_accepted(tmp_path):
    code = "from extensions.core.contract import Manifest\nfrom extensions.sims.contract import SimRecord"
    done = lint(tmp_path, provider(tmp_path / "installed", "meterco", code))
    assert "meterco imports contracts and dialects only KEPT" in done.stdout, done.stdout + done.stderr
