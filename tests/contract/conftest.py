"""Every test here runs for every installed extension; nothing lists them.

A test that takes `manifest` runs once for each (marked `sends`: for each whose service sends by itself; marked
`operates`: for each that has operations; marked `writes`: for each with some that change something; marked `mails`: for
each that sends mail), one that reaches its sandbox once for each variant in which that can be reached, one that takes
`spec` once for each of its operations, or if it is marked `writes` for those that change something.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest

from extensions.core import registry
from extensions.core.contract import Manifest, OperationSpec, Variant
from extensions.core.contract.quality import RULES
from tests.contract import rehearsing
from tests.contract.rehearsing import Running

# Marks of tests that are about some extensions only.
ABOUT = {
    "sends": lambda manifest: manifest.inbound,
    "operates": rehearsing.operations,
    "writes": lambda manifest: any(not spec.reads for spec in rehearsing.operations(manifest)),
    "mails": lambda manifest: manifest.capability == "mailers",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = [name for name in ("manifest", "variant_name", "spec") if name in metafunc.fixturenames]
    if not wanted:
        return
    usual = metafunc.definition.get_closest_marker("usual_variant") is not None
    cases = {}
    for manifest in registry.manifests().values():
        if is_exempt(manifest, metafunc.module.__name__.rpartition(".")[2], metafunc.function.__name__):
            continue
        if any(metafunc.definition.get_closest_marker(name) and not holds(manifest) for name, holds in ABOUT.items()):
            continue
        variants = rehearsing.variants(manifest) if "variant_name" in wanted and not usual else [""]
        specs = _specs(metafunc, manifest) if "spec" in wanted else [None]
        for name in variants:
            for spec in specs:
                words = (manifest.slug, name, spec.id if spec else "")
                values = {"manifest": manifest, "variant_name": name, "spec": spec}
                cases["-".join(filter(None, words))] = [values[each] for each in wanted]
    metafunc.parametrize(wanted, list(cases.values()), ids=list(cases), scope="module")


def _specs(metafunc: pytest.Metafunc, manifest: Manifest) -> list[OperationSpec]:
    writes = metafunc.definition.get_closest_marker("writes") is not None
    return [spec for spec in rehearsing.operations(manifest) if not (writes and spec.reads)]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a file about the same extension follow one another, so that its sandbox is started once.

    pytest goes by the place in each test's own list of cases, where the same place is another extension.
    """
    places = defaultdict(list)
    for place, item in enumerate(items):
        if slug_of(item):
            places[item.path].append(place)
    for of_file in places.values():
        ordered = sorted((items[place] for place in of_file), key=slug_of)
        for place, item in zip(of_file, ordered, strict=True):
            items[place] = item


def slug_of(item: pytest.Item) -> str:
    """Of the extension that a case is about, if it is about one."""
    callspec = getattr(item, "callspec", None)
    manifest = callspec.params.get("manifest") if callspec else None
    return manifest.slug if isinstance(manifest, Manifest) else ""


def is_exempt(manifest: Manifest, module: str, test: str) -> bool:
    """Whether it proves a rule that the extension says it does not keep."""
    name = f"{module.removeprefix('test_contract_')}::{test}"
    return any(name in rule.proved_by for rule in RULES if rule.id in manifest.exempt)


@pytest.fixture(scope="module")
def served(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The extension's sandbox over a fresh world, run by the command that people run it with."""
    with rehearsing.run(manifest, tmp_path_factory.mktemp(manifest.slug)) as running:
        yield running


@pytest.fixture
def variant(manifest: Manifest, variant_name: str) -> Variant:
    return manifest.sandbox().variants[variant_name]


@pytest.fixture
def running(served: Running, variant: Variant) -> Running:
    """The sandbox, reached in this variant."""
    return replace(served, variant=variant)


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
