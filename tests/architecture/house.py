"""Where things are, for the tests of this folder: the rows of the design and the product's files."""

import ast
from collections.abc import Iterator
from pathlib import Path

import extensions
from iotdash.discovery import provider_folders

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("iotdash", "devices", "extensions")
# Rows of `iotdash`, top to bottom; whatever else is in it belongs to the root row.
LOWER_ROWS = ("organizations", "accounts", "runtime", "audit", "lib")
NOT_PRODUCT = {"tests", "migrations", "__pycache__"}


def children(folder: Path) -> list[str]:
    """Names of the modules and packages in a folder."""
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return sorted((files | packages) - NOT_PRODUCT)


def extension_folders() -> dict[str, Path]:
    """Every folder under `extensions`, wherever it is installed from."""
    roots = [Path(root) for root in extensions.__path__]
    folders = {path.name: path for root in roots for path in root.iterdir() if path.is_dir()}
    return {name: path for name, path in sorted(folders.items()) if name not in NOT_PRODUCT}


def providers() -> list[str]:
    return provider_folders()


def capabilities() -> list[str]:
    """Folders that bring a contract for providers, beside core."""
    return [name for name, path in extension_folders().items() if name != "core" and (path / "contract").is_dir()]


def dialects() -> list[str]:
    return sorted(set(extension_folders()) - {"core"} - set(providers()) - set(capabilities()))


def root_modules() -> list[str]:
    return [name for name in children(ROOT / "iotdash") if name not in LOWER_ROWS]


def product_files(suffix: str = ".py") -> Iterator[Path]:
    """Files of the product in this tree: no tests, no migrations."""
    for package in (*PACKAGES, "templates"):
        for path in sorted((ROOT / package).rglob(f"*{suffix}")):
            if not NOT_PRODUCT.intersection(path.relative_to(ROOT).parts):
                yield path


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
