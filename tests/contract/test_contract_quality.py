"""Its quality table says of every rule that it is met, or why not."""

from dataclasses import replace

from django.urls import reverse

from extensions.core import quality
from extensions.core.contract.quality import RULES
from tests.contract import conftest


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
