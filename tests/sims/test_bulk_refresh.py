"""Refreshing many SIMs as a job: as many in a call as the carrier takes, each with its own outcome."""

import pytest

from extensions.core import jobs as operation_jobs
from extensions.core import lanes, registry
from extensions.core.contract import AuthRejected, BadResponse, CannotConnect, Refused
from extensions.core.models import CallCount, ExtensionConfig, Operation
from extensions.core.services import configurations
from extensions.sims import services
from extensions.sims.bulk import refreshing
from extensions.sims.bulk.asking import REFRESH, Request
from extensions.sims.bulk.rehearsing import rehearse
from extensions.sims.models import Sim
from iotdash.runtime.jobs import running, steering
from iotdash.runtime.models import Job
from tests.extensions import meterco
from tests.sims.fleet_carrier import FleetCarrier

SUBJECTS = [f"{number:04}" for number in range(8)]


@pytest.fixture(autouse=True)
def no_messages(monkeypatch):
    monkeypatch.setattr("iotdash.runtime.jobs.messages._send", lambda job_id, at: None)


@pytest.fixture
def provider(monkeypatch):
    """Three SIMs in a call; it knows all but the last."""
    carrier = FleetCarrier(by_name=True, page_size=3)
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    carrier.add(*SUBJECTS[:7], state="Deactivated")
    return carrier


@pytest.fixture
def sims(config):
    """As they were known before."""
    for subject in SUBJECTS:
        services.row_of(config, subject)
    return Sim.objects.filter(config=config)


@pytest.fixture
def confirmed(organization, sims, operator, source):
    def confirmed(**more) -> Job:
        job = rehearse(organization, sims, Request(REFRESH), source)
        steering.confirm(job, source, **more)
        return job

    return confirmed


@pytest.fixture
def answered(config):
    """The lane's work for jobs, so many calls of it."""

    def answered(calls: int = 1) -> None:
        for _ in range(calls):
            work = refreshing.source.next(config.lane_id, None)
            if work is None:
                return
            turn = lanes.Turn(config.lane_id)
            assert turn.hold()
            turn.purpose, turn.config_id = work.purpose, work.config_id
            try:
                work.run(turn)
            finally:
                turn.release()

    return answered


def states(job: Job) -> dict[str, str]:
    return {item.subject: item.state for item in job.items.order_by("position")}


def test_the_rehearsal_tells_the_calls_of_a_carrier_that_takes_many_in_one(provider, organization, sims, source):
    job = rehearse(organization, sims, Request(REFRESH), source)
    assert (job.title, job.forecast["calls"]) == ("Refresh SIMs", [3, 3])
    provider.by_name = False
    assert rehearse(organization, sims, Request(REFRESH), source).forecast["calls"] == [8, 16]


def test_the_job_makes_so_many_calls_and_each_sim_has_its_outcome(provider, confirmed, answered):
    job = confirmed()
    running.run(job.pk)
    answered(9)
    running.run(job.pk)
    assert provider.asked["refresh"] == job.forecast["calls"][0] == 3
    assert states(job) == dict.fromkeys(SUBJECTS[:7], "done") | {"0007": "failed"}
    assert job.items.get(subject="0007").sentence == "MeterCo does not know this SIM any more."
    assert Sim.objects.filter(subject__in=SUBJECTS[:7], state="Deactivated").count() == 7
    assert Sim.objects.get(missing_since__isnull=False).subject == "0007"
    assert Job.objects.get(pk=job.pk).state == Job.State.FINISHED
    assert not Operation.objects.exists()


def test_a_carrier_that_takes_one_at_a_time_is_asked_by_operations(provider, confirmed):
    provider.by_name = False
    job = confirmed()
    running.run(job.pk)
    assert set(job.items.filter(state="under way").values_list("reference", flat=True)) == {
        str(each) for each in Operation.objects.values_list("public_id", flat=True)
    }


def test_its_calls_count_as_those_of_jobs_and_wait_behind_people(provider, confirmed, work, config, target, source):
    job = confirmed()
    running.run(job.pk)
    assert lanes.work.next_work(config.lane, job.asked_at, limited=False).purpose is lanes.Purpose.JOBS
    work()
    running.run(job.pk)
    assert states(job)["0006"] == "done"
    counted = CallCount.objects.filter(purpose=lanes.Purpose.JOBS)
    assert sum(each.calls for each in counted) == 3


def test_one_killed_before_the_answer_is_asked_about_again(provider, confirmed, answered):
    job = confirmed()
    running.run(job.pk)

    def killed() -> None:
        provider.before_call = lambda: None
        raise KeyboardInterrupt

    provider.before_call = killed
    with pytest.raises(KeyboardInterrupt):
        answered()
    assert set(states(job).values()) == {"under way"}
    answered(9)
    assert states(job)["0000"] == "done"


@pytest.mark.parametrize(
    ("error", "tries"), [(Refused("Not these."), 1), (BadResponse("Odd."), 5), (CannotConnect("Nobody answers."), 5)]
)
def test_a_call_that_fails_is_tried_as_often_as_helps_and_then_counts_as_errors(
    provider, confirmed, answered, error, tries
):
    job = confirmed(stop_after=3)

    def fails() -> None:
        raise error

    provider.before_call = fails
    running.run(job.pk)
    answered(tries - 1)
    assert not job.items.filter(state="failed").exists()
    answered()
    assert [item.sentence for item in job.items.filter(state="failed")] == [error.sentence] * 3


def test_what_is_wrong_with_the_account_is_waited_for(provider, confirmed, answered, config, source):
    job = confirmed()

    def fails() -> None:
        raise AuthRejected("The key is not accepted.")

    provider.before_call = fails
    running.run(job.pk)
    answered(3)
    assert provider.asked["refresh"] == 1
    assert set(states(job).values()) == {"under way"}
    assert refreshing.source.next_due_at(config.lane_id) is None


def test_cancelled_nothing_more_is_asked_about(provider, confirmed, answered, source):
    job = confirmed()
    running.run(job.pk)
    answered()
    steering.cancel(job, source)
    answered(3)
    running.run(job.pk)
    assert provider.asked["refresh"] == 1
    assert sorted(states(job).values()) == ["cancelled"] * 5 + ["done"] * 3
    assert Job.objects.get(pk=job.pk).ended


def test_what_was_under_way_for_an_extension_that_was_removed_fails_with_the_reason(
    provider, confirmed, answered, config, source
):
    job = confirmed()
    running.run(job.pk)
    answered()
    configurations.remove(config, source)
    answered()
    running.run(job.pk)
    assert sorted(states(job).values()) == ["done"] * 3 + ["failed"] * 5
    assert "was removed" in job.items.filter(state="failed").first().sentence


def test_only_some_calls_are_under_way_and_a_held_lane_is_found_by_the_sweep(provider, confirmed, config, monkeypatch):
    monkeypatch.setattr(operation_jobs, "QUEUED_AT_MOST", 2)
    job = confirmed()
    running.run(job.pk)
    assert list(states(job).values()) == ["under way"] * 6 + ["waiting"] * 2
    assert refreshing.source.due_lanes(job.asked_at) == {ExtensionConfig.objects.get(pk=config.pk).lane_id}


def test_its_items_lead_to_their_sims(provider, confirmed, operator_client, sims):
    job = confirmed()
    running.run(job.pk)
    page = operator_client.get(f"/abc123/jobs/{job.public_id}/").content.decode()
    assert f'href="/abc123/sims/{sims.first().pk}/"' in page
