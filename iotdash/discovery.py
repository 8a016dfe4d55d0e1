"""Finds the extensions: a folder under `extensions` with an `apps.py` is an app, one with a `manifest.py` a provider.

Only the root reads this. Nothing lists providers by name, so adding one edits nothing.
"""

from pathlib import Path

import extensions


def _folders_with(filename: str) -> list[str]:
    roots = [Path(root) for root in extensions.__path__]
    found = {folder.parent.name for root in roots for folder in root.glob(f"*/{filename}")}
    return sorted(found)


def provider_folders() -> list[str]:
    """Names of the folders that declare a provider, for instance those of two SIM carriers."""
    return _folders_with("manifest.py")


def capability_apps() -> list[str]:
    """Dotted names of the extension apps beside core: capabilities, and providers that bring rows or templates."""
    return [f"extensions.{name}" for name in _folders_with("apps.py") if name != "core"]
