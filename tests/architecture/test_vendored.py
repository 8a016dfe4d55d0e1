"""What stands under static/vendor is what VENDORED.md says, and pages load nothing from elsewhere."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
ROW = re.compile(
    r"^\| (?P<path>\S+) \| (?P<licence>\S+) \| (?P<packages>[^|]+) \| `(?P<sha256>[0-9a-f]{64})` \|$", re.M
)
# Ways of loading from another host: url(), @import, src, link href, fetch/import of a script.
OUTSIDE = re.compile(
    r"""url\(\s*["']?(?:https?:)?//|@import\s+["']?(?:https?:)?//|\bsrc=["'](?:https?:)?//"""
    r"""|<link[^>]+href=["'](?:https?:)?//|(?:import|fetch)\(\s*["'](?:https?:)?//|from\s+["']https?://"""
)


def ledger() -> dict[str, str]:
    """Path below static/vendor → checksum."""
    return {row["path"]: row["sha256"] for row in ROW.finditer((VENDOR / "VENDORED.md").read_text())}


def vendored_files() -> set[str]:
    files = (path for path in VENDOR.rglob("*") if path.is_file() and path.name != "VENDORED.md")
    return {path.relative_to(VENDOR).as_posix() for path in files}


def templates() -> list[Path]:
    places = [ROOT / "templates", ROOT / "extensions", ROOT / "devices", ROOT / "iotdash"]
    return [path for place in places for path in place.rglob("*.html")]


def own_static() -> list[Path]:
    return [path for path in STATIC.rglob("*.*") if path.suffix in {".css", ".js", ".svg"}]


def test_every_vendored_file_has_a_row_and_every_row_a_file() -> None:
    assert vendored_files() == set(ledger())


@pytest.mark.parametrize("path", sorted(ledger()))
def test_vendored_file_matches_its_checksum(path: str) -> None:
    assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == ledger()[path]


def test_every_library_ships_its_licence() -> None:
    folders = {Path(path).parent for path in ledger()}
    assert all((VENDOR / folder / "LICENSE.txt").is_file() for folder in folders)


def test_nothing_is_loaded_from_another_host() -> None:
    found = [path for path in [*templates(), *own_static()] if OUTSIDE.search(path.read_text())]
    assert found == []


def test_no_source_map_is_named_that_is_not_shipped() -> None:
    found = [path for path in own_static() if "sourceMappingURL=" in path.read_text()]
    assert found == []


def test_every_static_address_in_a_template_exists() -> None:
    for path in templates():
        for name in re.findall(r"""{% static ["']([^"']+)["']""", path.read_text()):
            homes = [STATIC, *ROOT.glob("*/*/static"), *ROOT.glob("*/static")]
            assert any((home / name).is_file() for home in homes), f"{path.relative_to(ROOT)}: {name}"


def test_pages_carry_no_inline_code_or_style() -> None:
    inline = re.compile(r"""\s(?:style|on[a-z]+|hx-on[:\w-]*)=["']|<style|javascript:|hx-vals=["']js:""")
    bare_script = re.compile(r"<script(?![^>]*\bsrc=)")
    for path in templates():
        text = path.read_text()
        assert not inline.search(text), path
        assert not bare_script.search(text), path


def test_icons_of_the_list_are_the_icons_of_the_sprite() -> None:
    (sprite,) = VENDOR.glob("tabler-icons/*/icons.svg")
    listed = (ROOT / "scripts/vendor/icons.txt").read_text().split()
    assert re.findall(r'<symbol id="([^"]+)"', sprite.read_text()) == listed
