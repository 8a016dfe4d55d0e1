"""Every test here runs for every installed extension; nothing lists them.

A test that takes `manifest` runs once for each, one that takes `spec` once for each of its operations.
"""

from collections.abc import Iterator

import pytest

from extensions.core import registry
from extensions.core.contract import Manifest
from tests.contract import rehearsing
from tests.contract.rehearsing import Running


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    manifests = list(registry.manifests().values())
    if "spec" in metafunc.fixturenames:
        pairs = [(manifest, spec) for manifest in manifests for spec in rehearsing.operations(manifest)]
        ids = [f"{manifest.slug}-{spec.id}" for manifest, spec in pairs]
        metafunc.parametrize(("manifest", "spec"), pairs, ids=ids, scope="module")
    elif "manifest" in metafunc.fixturenames:
        metafunc.parametrize("manifest", manifests, ids=[each.slug for each in manifests], scope="module")


@pytest.fixture(scope="module")
def running(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The extension's sandbox over a fresh world, run by the command that people run it with."""
    with rehearsing.run(manifest, tmp_path_factory.mktemp(manifest.slug)) as running:
        yield running


@pytest.fixture
def healthy(running: Running) -> Iterator[Running]:
    """The sandbox without any fault, whatever the test before did to it."""
    running.control.mend()
    yield running
    running.control.mend()


@pytest.fixture
def fresh(healthy: Running) -> Running:
    """The sandbox with its world as it was made."""
    healthy.control.reset()
    return healthy
