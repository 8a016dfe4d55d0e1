"""Accepting links as people do it themselves, and only what is still as it was proposed."""

import pytest
from django.utils import timezone

from extensions.core.models import DeviceConfiguration
from extensions.core.services import configurations, device_configuration
from extensions.sims.models import LinkProposal, Sim
from extensions.sims.reconciling import accepting, accepting_many
from extensions.sims.reconciling.accepting import NotAccepted
from iotdash.audit.models import ActivityEntry
from iotdash.audit.services import Source
from iotdash.runtime.jobs import messages, running, steering
from iotdash.runtime.models import Job
from tests.sims.reconciling_world import ICCID, add_device, add_sim, compare
from tests.sims.sim_rows import add_account


@pytest.fixture
def sim(config):
    return add_sim(config, iccid=ICCID)


@pytest.fixture
def holder(organization):
    return add_device(organization, serial_number=ICCID)


@pytest.fixture
def proposal(sim, holder, organization) -> LinkProposal:
    return compare(organization)[0]


def document(device) -> dict:
    return device_configuration.current(device).document


def refusal(organization, proposal, source) -> str:
    with pytest.raises(NotAccepted) as refused:
        accepting.accept(organization, proposal.pk, source)
    assert not DeviceConfiguration.objects.filter(changed_by=source.actor, document={"meterco": {"chip": "0007"}})
    return str(refused.value)


def test_the_device_gets_the_sim(proposal, organization, sim, holder, source):
    accepting.accept(organization, proposal.pk, source)
    sim.refresh_from_db()
    assert (sim.device, document(holder)) == (holder, {"meterco": {"chip": "0007"}})
    assert not LinkProposal.objects.exists()
    entry = ActivityEntry.objects.get(action="link proposal accepted")
    assert (entry.target, entry.details["matched"], entry.details["found in"]) == ("0007", "ICCID", "serial number")
    assert ActivityEntry.objects.filter(action="device configuration changed", actor=source.actor).exists()


def test_others_cannot_accept_it(proposal, other_organization, source):
    assert "gone" in refusal(other_organization, proposal, source)


def test_a_sim_that_moved_into_another_device(proposal, organization, source):
    other = add_device(organization, "d2")
    device_configuration.confirm(other, '{"meterco": {"chip": "0007"}}', 0, Source("other"), refresh=False)
    assert refusal(organization, proposal, source) == "SIM 0007 is in device d2 by now."


def test_a_sim_that_moved_to_another_account(proposal, organization, config, carrier, source):
    second = add_account(config, carrier, source)
    add_sim(second, listed_in=1)
    assert 'The inventory of "Second account" has SIM 0007' in refusal(organization, proposal, source)


def test_a_sim_that_the_carrier_lost(proposal, organization, source):
    Sim.objects.update(missing_since=timezone.now())
    assert "does not know SIM 0007 any more" in refusal(organization, proposal, source)


def test_an_account_that_was_removed(proposal, organization, config, source):
    configurations.remove(config, source)
    assert "was removed" in refusal(organization, proposal, source)


def test_a_device_that_got_another_sim(proposal, organization, holder, source):
    device_configuration.confirm(holder, '{"meterco": {"chip": "0008"}}', 0, Source("other"), refresh=False)
    assert refusal(organization, proposal, source) == "Device d1 has a SIM of MeterCo by now."
    assert document(holder) == {"meterco": {"chip": "0008"}}


def test_a_device_that_says_something_else_now(proposal, organization, holder, source):
    holder.serial_number = "replaced"
    holder.save()
    assert "names SIM 0007 any more" in refusal(organization, proposal, source)


def test_a_device_that_was_deleted(proposal, organization, holder, source):
    holder.delete()
    assert refusal(organization, proposal, source) == accepting.GONE


def test_one_that_is_ambiguous_by_now(proposal, organization, sim, config, source):
    other = add_device(organization, "d2", serial_number=ICCID)
    rival = {"key": "meterco", "subject": "0007", "matched": "iccid", "place": "serial number", "number": ICCID}
    LinkProposal.objects.create(organization=organization, config=config, sim=sim, device=other, **rival)
    assert "ambiguous" in refusal(organization, proposal, source)


def test_a_refused_one(proposal, organization, source, owner):
    accepting.refuse(organization, proposal.pk, source)
    assert refusal(organization, proposal, source) == f"{source.actor} refused this proposal."
    with pytest.raises(NotAccepted):
        accepting.refuse(organization, proposal.pk, source)
    assert ActivityEntry.objects.filter(action="link proposal refused").count() == 1


def test_one_that_the_editor_refuses(organization, config, holder, source):
    add_sim(config, "not-a-chip", iccid=ICCID)
    (proposal,) = compare(organization)
    assert refusal(organization, proposal, source)
    assert not DeviceConfiguration.objects.exists()


# --- Many, as a job ---------------------------------------------------------------------------------------------------


@pytest.fixture
def many(organization, config, monkeypatch) -> Job:
    """Of five, of which one is ambiguous."""
    monkeypatch.setattr(messages, "_send", lambda job_id, at: None)
    numbers = [f"898820000000000{n:04}" for n in range(1, 6)]
    for n, number in enumerate(numbers):
        add_sim(config, f"000{n}", iccid=number)
        add_device(organization, f"d{n}", serial_number=number)
    add_device(organization, "d9", serial_number=numbers[4])
    compare(organization)
    source = Source("developer@example.com", organization.public_id)
    return accepting_many.rehearse(LinkProposal.objects.filter(organization=organization), source)


@pytest.fixture
def developer(developer_client):
    return developer_client


def results(job: Job) -> dict[str, tuple[str, str]]:
    return {subject: (state, words) for subject, state, words in job.items.values_list("subject", "state", "sentence")}


def test_nothing_happens_before_it_is_confirmed(many, developer):
    running.run(many.pk)
    assert not DeviceConfiguration.objects.exists()
    states = [state for state, _ in results(many).values()]
    assert (states.count("waiting"), states.count("left out")) == (4, 2)


def test_each_is_judged_anew_when_its_turn_comes(many, organization, developer, source):
    steering.confirm(many, Source("developer@example.com", organization.public_id))
    organization.devices.get(device_id="d1").delete()
    taker = add_device(organization, "taker")
    device_configuration.confirm(taker, '{"meterco": {"chip": "0002"}}', 0, source, refresh=False)
    running.run(many.pk)
    found = results(many)
    assert found["0000 in d0"] == ("done", "Linked.")
    assert found["0001 in d1"] == ("failed", accepting.GONE)
    assert found["0002 in d2"] == ("failed", "SIM 0002 is in device taker by now.")
    assert found["0003 in d3"] == ("done", "Linked.")
    assert found["0004 in d4"][0] == found["0004 in d9"][0] == "left out"
    assert Job.objects.get().state == "finished"
    linked = Sim.objects.filter(device__isnull=False).order_by("subject").values_list("subject", "device__device_id")
    assert list(linked) == [("0000", "d0"), ("0002", "taker"), ("0003", "d3")]


def test_who_may_not_any_more_links_nothing(many, organization, developer):
    steering.confirm(many, Source("developer@example.com", organization.public_id))
    organization.memberships.filter(user__email="developer@example.com").update(role="analyst")
    running.run(many.pk)
    assert Job.objects.get().state == "paused"
    assert not DeviceConfiguration.objects.exists()


def test_a_slice_that_is_killed_leaves_all_or_nothing_and_is_done_again(many, organization, developer, monkeypatch):
    steering.confirm(many, Source("developer@example.com", organization.public_id))
    accept, calls = accepting.accept, []

    def killed_at_the_third(*given):
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return accept(*given)

    monkeypatch.setattr(accepting, "accept", killed_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        running.run(many.pk)
    assert not DeviceConfiguration.objects.exists()
    running.run(many.pk)
    assert DeviceConfiguration.objects.count() == 4
    assert set(DeviceConfiguration.objects.values_list("version", flat=True)) == {1}
