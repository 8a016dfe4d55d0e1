"""What is checked when the product starts, and the command that runs a sandbox alone."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from extensions.core import registry
from extensions.core.checks import check_manifests
from extensions.core.contract import LanePolicy, Sandbox
from tests.extensions import meterco


@pytest.fixture
def install(monkeypatch):
    """Installs the made-up carrier with changes, alone, and gives the ids of the errors."""

    def make(**changes) -> list[str]:
        made = meterco.manifest(meterco.Scripted(), **changes)
        monkeypatch.setattr(registry, "_manifests", {made.slug: made})
        return [error.id for error in check_manifests()]

    return make


@pytest.fixture(autouse=True)
def no_folders(settings):
    settings.EXTENSION_PROVIDERS = []


def test_good_manifest_passes(install):
    assert install() == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"slug": "Meter-Co"}, "extensions.E001"),
        ({"device_key": "meter__co"}, "extensions.E003"),
        ({"category": " "}, "extensions.E004"),
        ({"settings_schema": {"type": "object", "properties": {"a": {"type": "nothing"}}}}, "extensions.E005"),
        ({"settings_schema": {"type": "string"}}, "extensions.E006"),
        ({"device_schema": None}, "extensions.E007"),
        ({"subject_field": "nothing"}, "extensions.E008"),
        ({"capability": "nothing"}, "extensions.E009"),
        ({"lane": LanePolicy(per_second=0)}, "extensions.E010"),
    ],
)
def test_wrong_manifest_is_named(install, changes, error):
    assert error in install(**changes)


def test_folder_with_another_slug(install, settings):
    settings.EXTENSION_PROVIDERS = ["elsewhere"]
    assert install() == ["extensions.E002"]


def test_two_extensions_with_one_device_key(install, monkeypatch):
    install()
    twin = replace(registry.manifest("meterco"), slug="twin")
    monkeypatch.setitem(registry._manifests, "twin", twin)
    assert [error.id for error in check_manifests()] == ["extensions.E011"]


class Served:
    """A sandbox that is up at once and stops at once."""

    def __init__(self) -> None:
        self.seeded: list[Path] = []
        self.states: list[Path] = []

    def seed(self, folder):
        (folder / "world").touch()
        self.seeded.append(folder)

    def serve(self, folder, host, port, ready):
        self.states.append(folder)
        ready(port or 4711)

    def sandbox(self) -> Sandbox:
        return Sandbox("meter-sandbox", self.serve, self.seed, lambda url: {"host": url, "key": "k"}, "Good luck.")


@pytest.fixture
def served(install):
    found = Served()
    install(sandbox=found.sandbox)
    return found


@pytest.mark.parametrize("name", [[], ["meterco"], ["meter-sandbox"]])
def test_sandbox_says_how_to_reach_it(served, tmp_path, capsys, name):
    call_command("sandbox", *name, port=4712, state=tmp_path / "new")
    said = capsys.readouterr().out
    assert "http://127.0.0.1:4712" in said
    assert "Host" in said
    assert "Good luck." in said


def test_a_sandbox_that_extensions_share_says_how_each_reaches_it(served, monkeypatch, tmp_path, capsys):
    twin = replace(registry.manifest("meterco"), slug="twin", name="Twin", sandbox=served.sandbox)
    monkeypatch.setitem(registry._manifests, "twin", twin)
    call_command("sandbox", "meter-sandbox", state=tmp_path)
    said = capsys.readouterr().out
    assert "Add Extension, MeterCo, and enter:" in said
    assert "Add Extension, Twin, and enter:" in said
    call_command("sandbox", "twin", state=tmp_path)
    assert "MeterCo" not in capsys.readouterr().out
    assert len(served.seeded) == 1


def test_sandbox_is_seeded_once(served, tmp_path):
    for _ in range(2):
        call_command("sandbox", state=tmp_path)
    assert (len(served.seeded), len(served.states)) == (1, 2)


def test_unknown_sandbox_names_those_there_are(served, tmp_path):
    with pytest.raises(CommandError, match="There is: meterco"):
        call_command("sandbox", "nothing", state=tmp_path)


def test_taken_port_is_said(install, tmp_path):
    def refuse(*args, **kwargs):
        raise OSError(98, "Address already in use")

    broken = Sandbox("x", refuse, lambda folder: None, lambda url: {})
    install(sandbox=lambda: broken)
    with pytest.raises(CommandError, match="Address already in use"):
        call_command("sandbox", port=80, state=tmp_path)
