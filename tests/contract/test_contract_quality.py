"""The quality table tells the truth: each rule is proved by tests of this suite that run for what it is about."""

from dataclasses import replace
from importlib import import_module

import pytest
from django.urls import reverse

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


def test_every_rule_is_met_or_says_why_not(manifest):
    for kept in quality.table(manifest):
        assert bool(kept.why_not) != bool(quality.ABOUT[kept.rule.about](manifest)), kept.rule.id
    assert list(quality.problems(manifest)) == []


def test_an_exemption_needs_a_rule_and_a_reason(manifest):
    claimed = {"guide": "no", "charm": "There is none to be had here."}
    assert list(quality.problems(replace(manifest, exempt=claimed))) == [
        'it is exempt from "guide" and does not say why in a sentence.',
        'it is exempt from "charm", which is no rule.',
    ]


def test_tests_of_a_rule_that_it_is_exempt_from_are_left_out(manifest):
    exempt = replace(manifest, exempt={"guide": "Its service needs nothing to be set up."})
    assert conftest.is_exempt(exempt, "test_contract_manifest", "test_it_brings_a_guide_for_its_form")
    assert not conftest.is_exempt(exempt, "test_contract_manifest", "test_its_slug_is_its_folder")
    assert not conftest.is_exempt(manifest, "test_contract_manifest", "test_it_brings_a_guide_for_its_form")
    (kept,) = [each for each in quality.table(exempt) if each.rule.id == "guide"]
    assert kept.why_not == "Its service needs nothing to be set up."


def test_its_page_shows_every_rule(manifest, db, reader_client, organization):
    address = reverse("extensions:quality", kwargs={"org": organization.public_id, "slug": manifest.slug})
    page = reader_client.get(address)
    assert page.status_code == 200
    assert [each.rule for each in page.context["kept"]] == list(RULES)


def test_the_documentation_is_current():
    assert (ROOT / "extensions/QUALITY.md").read_text() == quality.as_markdown()
