"""A provider's slug and device key are spelled in its own folder and nowhere else in the product."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from extensions.core.registry import manifests
from tests.architecture import house

# Words that name other things too: what may not be spelled of them is only what `spelled_as_extension` finds.
COMMON_WORDS = {
    "email": "a person's address, and Python's package for messages",
    "orange": "a colour of the API's service status",
}


def reserved() -> dict[str, str]:
    """Slug or device key → folder that may spell it."""
    names = {}
    for manifest in manifests().values():
        names |= {manifest.slug: manifest.slug, manifest.device_key: manifest.slug}
    return {name: folder for name, folder in names.items() if name and name not in COMMON_WORDS}


def literals(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each dotted part of every import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            parts = (node.module or "").split(".") + [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            parts = [part for alias in node.names for part in alias.name.split(".")]
        else:
            continue
        yield from ((part, node.lineno) for part in parts)


def spelled_elsewhere(path: Path, tree: ast.AST, names: dict[str, str]) -> list[str]:
    at_home = {name for name, folder in names.items() if f"extensions/{folder}/" in path.as_posix()}
    found = [*literals(tree), *imported(tree)]
    return [f"{path}:{line} {word}" for word, line in found if word in names and word not in at_home]


def test_no_python_file_spells_a_provider_outside_its_folder():
    names = reserved()
    assert names
    found = [each for path in house.product_files() for each in spelled_elsewhere(path, house.parsed(path), names)]
    assert found == []


def spelled_as_extension(tree: ast.AST, word: str) -> list[int]:
    """Lines where a common word is an extension's: imported, or beside what holds or takes a slug."""
    dotted = f"extensions.{word}"
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [f"{getattr(node, 'module', '')}.{alias.name}.".removeprefix(".") for alias in node.names]
            if any(name.startswith(f"{dotted}.") for name in names):
                lines.append(node.lineno)
        elif isinstance(node, ast.Compare | ast.Call | ast.keyword | ast.Subscript | ast.Assign):
            said = ast.unparse(node)
            if repr(word) in said and re.search(
                r"slug|manifest|registry|device_?key|extensions?\b", said, re.IGNORECASE
            ):
                lines.append(node.lineno if hasattr(node, "lineno") else 0)
    return lines


def test_no_python_file_means_an_extension_by_a_common_word():
    assert set(COMMON_WORDS) <= set(manifests())
    found = [
        f"{path}:{line} {word}"
        for word in COMMON_WORDS
        for path in house.product_files()
        if f"extensions/{word}/" not in path.as_posix()
        for line in spelled_as_extension(house.parsed(path), word)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ('manifest = registry.manifest("email")', True),
        ('if config.slug == "email": pass', True),
        ('configs.filter(slug="email")', True),
        ('SLUG = "email"', True),
        ("from extensions.email import sandbox", True),
        ("from extensions import email", True),
        ("import extensions.email.manifest", True),
        ("import email.policy", False),
        ("from email import message_from_bytes", False),
        ('people.filter(email="a@example.com")', False),
        ('fields = ("email", "name")', False),
        ('data["email"]', False),
    ],
)
def test_a_common_word_is_found_where_it_means_an_extension(code, meant):
    assert bool(spelled_as_extension(ast.parse(code), "email")) == meant


@pytest.mark.parametrize(
    "code",
    [
        'KEY = "meterco"',
        "from extensions.meterco import manifest",
        "import extensions.meterco",
        'x = {"mtr": 1}',
    ],
)
def test_a_literal_or_import_elsewhere_is_found(code):
    names = {"meterco": "meterco", "mtr": "meterco"}
    assert spelled_elsewhere(Path("extensions/core/queries.py"), ast.parse(code), names)
    assert not spelled_elsewhere(Path("extensions/meterco/manifest.py"), ast.parse(code), names)


def test_no_template_or_script_spells_a_provider_outside_its_folder():
    quoted = re.compile("|".join(rf"[\"']{re.escape(name)}[\"']" for name in reserved()))
    own_scripts = [path for path in (house.ROOT / "static").rglob("*.js") if "vendor" not in path.parts]
    files = [*house.product_files(".html"), *own_scripts]
    homes = tuple(f"extensions/{folder}/" for folder in reserved().values())
    assert files
    assert [
        house.name_of(path)
        for path in files
        if quoted.search(path.read_text()) and not house.name_of(path).startswith(homes)
    ] == []


def test_no_field_lists_providers_as_choices():
    names = set(reserved())
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    listed = [
        str(field)
        for field in fields
        if isinstance(field, models.Field) and names & {str(value) for value, _ in field.flatchoices}
    ]
    assert listed == []


def test_no_migration_spells_a_provider():
    names = reserved()
    migrations = [path for package in house.PACKAGES for path in (house.ROOT / package).rglob("migrations/*.py")]
    found = [each for path in migrations for each in spelled_elsewhere(path, house.parsed(path), names)]
    assert found == []
