"""Adding a provider adds one folder and edits nothing else.

The folder `meterly`, a carrier with a protocol of its own, is installed from a temporary place; what the product then
shows and does is tried in processes of their own. A folder that says nonsense is named before anything starts.
"""

import shutil
from pathlib import Path

import pytest

from extensions.core import registry
from tests.architecture import house
from tests.architecture.test_imports import lint
from tests.contract.made_up import whole_suite
from tests.contract.made_up.whole_suite import run

HERE = Path(__file__).parent


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A place with the one folder."""
    place = tmp_path / "installed"
    shutil.copytree(HERE / "meterly", place / "meterly", ignore=shutil.ignore_patterns("__pycache__"))
    return place


@pytest.mark.long
@pytest.mark.slow
def test_one_folder_brings_tile_form_editor_panel_operations_and_the_whole_suite(installed):
    whole_suite.passes(installed, "meterly", HERE / "pages_of_meterly.py", not_of={"mails"})


def test_the_folder_keeps_to_the_contract(installed, tmp_path):
    done = lint(tmp_path, installed)
    assert "meterly imports contracts and dialects only KEPT" in done.stdout, done.stdout + done.stderr


def test_nothing_of_the_product_knows_it():
    files = [path for suffix in (".py", ".html") for path in house.product_files(suffix)]
    assert files
    assert [house.name_of(path) for path in files if "meterly" in path.read_text().lower()] == []


def test_its_sandbox_is_offered_beside_the_others(installed):
    done = run(installed, "manage.py", "sandbox", "nobody")
    assert done.returncode != 0
    known = ", ".join(sorted({*registry.manifests(), "meterly"}))
    assert f'No extension "nobody" brings a sandbox. There is: {known}.' in done.stderr


def test_a_folder_that_says_nonsense_is_named_in_a_sentence(installed):
    taken = next(manifest.device_key for manifest in registry.manifests().values() if manifest.device_key)
    spoil(installed, "badschema", '"type": "string", "title": title', '"type": "words", "title": title')
    spoil(installed, "badsubject", 'subject_field="chip"', 'subject_field="chop"')
    spoil(installed, "nocapability", 'capability="sims"', 'capability="gauges"')
    spoil(installed, "othername", 'slug="othername"', 'slug="another"')
    spoil(installed, "takenkey", 'device_key="takenkey"', f'device_key="{taken}"')
    spoil(installed, "unloadable", "MANIFEST = Manifest(", "MANIFEST = Manifestation(")
    done = run(installed, "manage.py", "check")
    assert done.returncode != 0
    for sentence in (
        'Extension "badschema": settings_schema is not a JSON schema of draft 2020-12: ',
        'Extension "badsubject": subject_field "chop" is not a property of device_schema.',
        'Extension "nocapability": no capability "gauges" is installed.',
        'Folder "extensions/othername" declares a manifest with another slug; folder and slug are one name.',
        "The manifest in folder \"extensions/unloadable\" cannot be imported: NameError: name 'Manifestation' is not",
        f'have the same device key "{taken}"; each needs its own.',
    ):
        assert sentence in done.stderr, done.stderr
    assert '"meterly"' not in done.stderr


def spoil(place: Path, name: str, right: str, wrong: str) -> None:
    """Another folder like the one, with one fault in its manifest."""
    shutil.copytree(place / "meterly", place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (place / name).glob("*.py"):
        text = path.read_text().replace("extensions.meterly", f"extensions.{name}")
        text = text.replace('slug="meterly"', f'slug="{name}"').replace('device_key="mtr"', f'device_key="{name}"')
        path.write_text(text.replace(right, wrong))
    assert wrong in (place / name / "manifest.py").read_text()
