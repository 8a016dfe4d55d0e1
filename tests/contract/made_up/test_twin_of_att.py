"""A carrier on a known dialect is one small folder: AT&T's, under another name elsewhere, passes the whole suite."""

import shutil
from pathlib import Path

import pytest

from tests.architecture import house
from tests.contract.made_up import whole_suite

ATT = house.ROOT / "extensions/att"
NAMES = {
    "manifest.py": (('slug="att"', 'slug="twinco"'), ('device_key="atnt"', 'device_key="twn"'), ("AT&T", "Twinco")),
    "guide.md": (("AT&T", "Twinco"), ("atnt", "twn")),
}


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    """A place with the folder, in which the names are others and every line is otherwise the same."""
    place = tmp_path / "installed"
    shutil.copytree(ATT, place / "twinco", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    for file, names in NAMES.items():
        path = place / "twinco" / file
        text = path.read_text()
        for ours, other in names:
            assert ours in text
            text = text.replace(ours, other)
        path.write_text(text)
    return place


@pytest.mark.long
@pytest.mark.slow
def test_the_folder_under_another_name_passes_the_whole_suite(twin):
    whole_suite.passes(twin, "twinco", not_of={"mails", "sends"})
