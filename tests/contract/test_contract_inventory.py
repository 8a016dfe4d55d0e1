"""Carriers that list SIMs: pages end, a list is resumed from any page, and in the database it comes out whole."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from django.utils import timezone

from extensions.core import lanes, registry
from extensions.core.contract import Context, Fault
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations, connection_checks
from extensions.sims.contract import EVERY_PART, FIELDS_OF, Page, Part
from extensions.sims.models import Sim, Synchronisation
from extensions.sims.sync import sources
from tests.contract.rehearsing import Running

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("contract lane")]
MOST_PAGES = 100


@pytest.fixture
def fresh_list(fresh: Running) -> Running | None:
    """The sandbox of a carrier that lists SIMs; None for the others, of which nothing is asked here."""
    return fresh if lists(fresh) else None


def lists(running: Running) -> bool:
    provider = running.manifest.provider
    return running.manifest.capability == "sims" and "inventory" in provider.supports


def pages(running: Running, since=None, calls=None) -> Iterator[Page]:
    """Each page in a session of its own, its cursor as it is kept in the database."""
    cursor = None
    for _ in range(MOST_PAGES):
        page = running.manifest.provider.inventory(running.context(calls), since, cursor)
        yield page
        if page.next is None:
            return
        cursor = json.loads(json.dumps(page.next))
    raise AssertionError("The list does not end.")


def listed(running: Running, since=None) -> list[str]:
    return [subject for page in pages(running, since) for subject in page.subjects]


def subject_of(running: Running, operation_id: str) -> str:
    return str(running.examples[operation_id].part[running.manifest.subject_field])


def test_the_list_ends_and_has_every_sim_once_by_one_call_a_page(fresh_list):
    if fresh_list is None:
        return
    calls = []
    found = list(pages(fresh_list, calls=calls))
    subjects = [subject for page in found for subject in page.subjects]
    assert len(subjects) == len(set(subjects)) > 0
    assert {subject_of(fresh_list, name) for name in fresh_list.examples} <= set(subjects)
    assert len(calls) == len(found)
    assert all(page.as_of and page.as_of.tzinfo for page in found)


def test_a_page_is_the_same_whoever_asks_for_it_again(fresh_list):
    if fresh_list is None:
        return
    provider, found = fresh_list.manifest.provider, list(pages(fresh_list))
    for before, page in pairwise(found):
        again = provider.inventory(fresh_list.context(), None, before.next)
        assert (again.subjects, again.next) == (page.subjects, page.next)


def test_what_a_list_says_of_a_sim_is_what_its_own_record_says(fresh_list):
    if fresh_list is None:
        return
    context, provider = fresh_list.context(), fresh_list.manifest.provider
    page = next(pages(fresh_list))
    subjects = page.subjects[:: max(1, len(page.subjects) // 5)]
    whole = refreshed(fresh_list, context, subjects)
    assert set(whole) == set(subjects)
    for record in page.records:
        for name in (name for part in record.parts for name in FIELDS_OF[part] if record.subject in whole):
            assert getattr(record, name) == getattr(whole[record.subject], name)
    assert all(provider.record(context, subject) == whole[subject] for subject in subjects[:2])


def refreshed(running: Running, context: Context, subjects: list[str]) -> dict:
    provider, found = running.manifest.provider, {}
    size = provider.refresh_batch(context.settings)
    for start in range(0, len(subjects), size):
        found |= provider.refresh(context, subjects[start : start + size], EVERY_PART)
    return found


def test_usage_alone_may_be_asked_for_and_a_sim_of_nobody_is_absent(fresh_list):
    if fresh_list is None:
        return
    provider, context = fresh_list.manifest.provider, fresh_list.context()
    subject = subject_of(fresh_list, fresh_list.manifest.provider.overview)
    found = provider.refresh(context, [subject], frozenset({Part.USAGE}))
    assert set(found) == {subject}
    tells_usage = not provider.tells.isdisjoint(FIELDS_OF[Part.USAGE])
    assert (Part.USAGE in found[subject].parts) == tells_usage
    assert provider.refresh(context, [re.sub(r"\d", "9", subject)], EVERY_PART) == {}


def test_a_change_is_listed_by_the_carriers_own_clock(fresh_list):
    if fresh_list is None or "status" not in fresh_list.examples:
        return
    running = fresh_list
    running.control.advance(3600)
    before = next(pages(running)).as_of
    running.control.advance(60)
    spec = registry.operation(running.manifest, "status")
    ask = running.ask(spec)
    registry.capability(running.manifest).perform(running.manifest, running.context(), ask)
    running.control.advance(60)
    changed = listed(running, before)
    assert ask.subject in changed
    assert len(changed) < len(listed(running))


@pytest.mark.usual_variant
def test_every_variant_lists_the_same_sims(fresh_list):
    if fresh_list is None:
        return
    variants = fresh_list.manifest.sandbox().variants.values()
    found = [set(listed(replace(fresh_list, variant=variant))) for variant in variants]
    assert all(each == found[0] for each in found)


# --- In the database ------------------------------------------------------------------------------------------------


@pytest.fixture
def config(fresh_list, organization, source, monkeypatch) -> ExtensionConfig | None:
    """An extension that is added and proved; its lane neither waits nor sends messages, and rests from usage."""
    if fresh_list is None:
        return None
    monkeypatch.setattr(lanes.messages, "wake", lambda lane_id, at=None: None)
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: None)
    monkeypatch.setattr(sources.usage, "next", lambda lane_id, now: None)
    check = connection_checks.ask(organization, fresh_list.manifest, fresh_list.settings, source)
    lanes.run(check.lane_id)
    return configurations.add(organization, fresh_list.manifest, "Rehearsal", fresh_list.settings, source)


def one(config: ExtensionConfig) -> None:
    """One piece of work."""
    turn = lanes.Turn(config.lane_id)
    assert turn.hold()
    work = sources.lists.next(config.lane_id, timezone.now())
    assert work, "Nothing of synchronisation is due."
    turn.do(work)
    turn.release()


def synchronised(config: ExtensionConfig) -> dict[str, str]:
    """The state of every SIM once nothing is due."""
    for _ in range(MOST_PAGES):
        Synchronisation.objects.exclude(running="").update(next_at=timezone.now())
        if sources.lists.next(config.lane_id, timezone.now()) is None:
            break
        one(config)
    return dict(Sim.objects.filter(missing_since=None).values_list("subject", "state"))


def states_of(running: Running) -> dict[str, str]:
    subjects = listed(running)
    return {name: record.state for name, record in refreshed(running, running.context(), subjects).items()}


def test_the_first_inventory_brings_every_sim(fresh_list, config):
    if config is None:
        return
    assert synchronised(config) == states_of(fresh_list)
    state = Synchronisation.objects.get()
    assert (state.complete, state.running, state.sentence) == (True, "", "")


@pytest.mark.parametrize("fault", [Fault.THROTTLE, Fault.GARBAGE, Fault.CUT_AFTER, Fault.HTML])
def test_a_failure_in_the_middle_is_told_and_the_list_goes_on(fresh_list, config, fault):
    if config is None:
        return
    one(config)
    Synchronisation.objects.update(next_at=timezone.now())
    Sim.objects.update(refresh_due=False)
    before = Synchronisation.objects.get()
    fresh_list.control.fail(fault)
    one(config)
    failed = Synchronisation.objects.get()
    assert failed.sentence
    assert failed.cursor == before.cursor
    fresh_list.control.mend()
    assert set(synchronised(config)) == set(listed(fresh_list))
    assert Synchronisation.objects.get().sentence == ""


def test_refused_credentials_stop_it_until_they_are_entered_again(fresh_list, config):
    if config is None:
        return
    one(config)
    Synchronisation.objects.update(next_at=timezone.now())
    fresh_list.control.fail(Fault.EXPIRED_KEY)
    one(config)
    config.refresh_from_db()
    assert config.health == "needs attention"
    assert sources.lists.next(config.lane_id, timezone.now()) is None
    assert config.lane_id not in sources.lists.due_lanes(timezone.now())
