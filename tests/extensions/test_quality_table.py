"""The quality table tells the truth: what proves a rule runs for every extension that the rule is about."""

from importlib import import_module

import pytest

from extensions.core import quality
from extensions.core.contract.quality import RULES
from tests.architecture.house import ROOT
from tests.contract import conftest

PARTS = {name for rule in RULES for name in rule.proved_by}


def proof(name: str):
    """The test and the marks of its module."""
    module = import_module(f"tests.contract.test_contract_{name.partition('::')[0]}")
    marks = getattr(module, "pytestmark", [])
    return getattr(module, name.partition("::")[2]), marks if isinstance(marks, list) else [marks]


@pytest.mark.parametrize("name", sorted(PARTS))
def test_what_proves_a_rule_runs_for_every_extension_that_it_is_about(name):
    test, of_module = proof(name)
    marks = {mark.name for mark in [*getattr(test, "pytestmark", []), *of_module]}
    abouts = {rule.about for rule in RULES if name in rule.proved_by}
    narrowed = marks & conftest.ABOUT.keys()
    by_operation = "spec" in test.__code__.co_varnames[: test.__code__.co_argcount]
    assert "skip" not in marks
    assert all(narrowed <= {about} for about in abouts)
    assert not by_operation or abouts <= {"operates", "writes"}


def test_the_documentation_is_current():
    assert (ROOT / "extensions/QUALITY.md").read_text() == quality.as_markdown()
