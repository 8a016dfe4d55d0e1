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


def reserved() -> dict[str, str]:
    """Slug or device key → folder that may spell it."""
    names = {}
    for manifest in manifests().values():
        names |= {manifest.slug: manifest.slug, manifest.device_key: manifest.slug}
    names.pop("", None)
    return names


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
