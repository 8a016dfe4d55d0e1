"""Every sandbox that an installed provider brings: which there are, where they run, whether they are up."""

import shutil
import socket
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from extensions.core.contract import Sandbox
from extensions.core.registry import manifests
from iotdash.health import register_probe

HOST = "127.0.0.1"


def installed() -> Mapping[str, Sandbox]:
    """Sandboxes by name. Providers that speak one protocol share one."""
    found = (manifest.sandbox() for manifest in manifests().values() if manifest.sandbox)
    return {sandbox.name: sandbox for sandbox in found}


def state_dir(name: str) -> Path:
    return settings.VAR_DIR / "sandboxes" / name


def seed_once(sandbox: Sandbox, folder: Path) -> None:
    """Makes the sandbox's world in `folder` unless it is whole already; half a world is made anew."""
    done = folder / "seeded"
    if done.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sandbox.seed(folder)
    done.touch()


def register_probes() -> None:
    """Adds each sandbox that runs beside this process to `/healthz`."""
    for name, base_url in settings.IOTDASH_SANDBOXES.items():
        register_probe(f"sandbox {name}", partial(_probe, base_url))


def _probe(base_url: str) -> str:
    address = urlsplit(base_url)
    try:
        socket.create_connection((address.hostname, address.port), timeout=0.5).close()
    except OSError:
        return f"Nothing answers at {base_url}."
    return ""
