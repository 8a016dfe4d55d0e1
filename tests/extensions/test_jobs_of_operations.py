"""Jobs that ask an operation about many subjects: each once, whatever happens, and as people would have asked it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from extensions.core.contract import Refused
from extensions.core.jobs import (
    ASKED_AT_ONCE,
    DEVICE,
    KIND,
    OPERATION,
    PARAMETERS,
    QUEUED_AT_MOST,
    OperationJobs,
    queued_at_most,
)
from extensions.core.lanes import work as lane_work
from extensions.core.models import Lane, Operation, Purpose
from extensions.core.services import configurations, operations
from extensions.core.targets import Target
from iotdash.organizations.members import services as members
from iotdash.runtime import jobs
from iotdash.runtime.jobs import Draft, running, steering
from iotdash.runtime.models import Job
from tests.extensions import meterco
from tests.extensions.asking import activate, ask

ACTIVATE = {PARAMETERS: {"status": "Activated"}}


@pytest.fixture(autouse=True)
def no_messages(monkeypatch):
    monkeypatch.setattr("iotdash.runtime.jobs.messages._send", lambda job_id, at: None)


@pytest.fixture
def confirmed(target, operator, source):
    """`confirmed("0001", "0002")`: a running job that activates these."""

    def confirmed(*subjects: str, parameters=ACTIVATE) -> Job:
        given = {OPERATION: "status", DEVICE: target.device.pk}
        drafts = [Draft(subject, group=str(target.config.pk), given=given) for subject in subjects]
        job = jobs.rehearse(source, KIND, "Activate SIMs", drafts, parameters=parameters)
        steering.confirm(job, source)
        return job

    return confirmed


def states(job: Job) -> list[str]:
    return [item.state for item in job.items.order_by("position")]


def done(job: Job, work, later) -> None:
    """To the end of all that it asks."""
    for _ in range(3):
        running.run(job.pk)
        work()
        later(seconds=2)
    running.run(job.pk)


def test_every_item_becomes_an_operation_and_ends_as_that_does(confirmed, target, work, later, provider):
    provider.will["set_state"] = [meterco.Accepted, Refused("Not this one.")]
    job = confirmed("0001", "0002")
    running.run(job.pk)
    asked = Operation.objects.order_by("pk")
    assert [(each.subject, each.priority, each.device) for each in asked] == [
        ("0001", Operation.JOB, target.device),
        ("0002", Operation.JOB, target.device),
    ]
    work()
    running.run(job.pk)
    assert sorted(states(job)) == ["failed", "under way"]
    later(minutes=11)
    work()
    running.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FINISHED
    assert job.items.get(state="failed").sentence.endswith("Not this one.")


def test_an_item_begun_twice_is_asked_once(confirmed):
    job = confirmed("0001")
    running.run(job.pk)
    # As if the process had been killed between asking and writing that down.
    job.items.update(state="waiting", reference="")
    running.run(job.pk)
    assert Operation.objects.count() == 1
    assert job.items.get().reference == str(Operation.objects.get().public_id)


def test_people_are_served_before_a_job_and_its_calls_count_as_a_jobs(confirmed, target, source, config):
    running.run(confirmed("0001", "0002").pk)
    other = Target(target.config, target.manifest, "0003")
    asked = activate(other, source)
    assert operations.source.next(config.lane_id, asked.next_attempt_at).purpose == Purpose.PEOPLE
    operations.cancel(asked, source)
    assert operations.source.next(config.lane_id, asked.next_attempt_at).purpose == Purpose.JOBS


def test_only_a_few_stand_in_the_queue(confirmed, config):
    Lane.objects.filter(pk=config.lane_id).update(per_second=5)
    job = confirmed(*(f"{number:04}" for number in range(30)))
    running.run(job.pk)
    assert Operation.objects.count() == 25
    assert states(job).count("waiting") == 5


def test_of_a_fast_account_not_all_stand_in_the_queue(config):
    assert queued_at_most(Lane(per_second=1000)) == QUEUED_AT_MOST
    assert queued_at_most(Lane(per_second=0.01)) == 1


def test_a_few_are_asked_in_one_transaction(confirmed, config):
    Lane.objects.filter(pk=config.lane_id).update(per_second=1000)
    job = confirmed(*(f"{number:04}" for number in range(30)))
    batches = []

    def note(execute, sql, params, many, context):
        if sql.startswith('UPDATE "runtime_job" SET "state"'):
            batches.append(Operation.objects.count())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        running.run(job.pk)
    assert batches[:2] == [0, ASKED_AT_ONCE]
    assert Operation.objects.count() == 30


def test_one_paused_while_its_items_are_begun_holds_them_and_fails_none(confirmed, config, source, monkeypatch):
    job = confirmed("0001", "0002")
    room = OperationJobs.room

    def room_and_then_paused(self, job, group):
        found = room(self, job, group)
        configurations.pause(config, source)
        return found

    monkeypatch.setattr(OperationJobs, "room", room_and_then_paused)
    running.run(job.pk)
    job.refresh_from_db()
    assert (states(job), Operation.objects.count()) == (["waiting"] * 2, 0)
    assert job.sentence.endswith("Resume it first.")


def test_an_operation_that_is_not_kept_any_more_does_not_hold_the_job_for_ever(confirmed):
    job = confirmed("0001")
    running.run(job.pk)
    Operation.objects.all().delete()
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, states(job)) == (Job.State.FINISHED, ["unknown"])
    assert job.items.get().sentence == "What was asked for this is not kept any more."


def test_a_paused_configuration_holds_the_job_and_says_why(confirmed, config, source, work):
    configurations.pause(config, source)
    job = confirmed("0001")
    running.run(job.pk)
    job.refresh_from_db()
    assert states(job) == ["waiting"]
    assert job.sentence == '"Main account" is paused by owner@example.com. Resume it first.'


def test_a_small_job_that_is_under_way_as_a_whole_says_why_it_does_not_go_on(confirmed, config, source, work):
    job = confirmed("0001", "0002")
    running.run(job.pk)
    configurations.pause(config, source)
    running.run(job.pk)
    job.refresh_from_db()
    assert (set(states(job)), job.sentence) == (
        {"under way"},
        f'"Main account" is paused by {source.actor}. Resume it first.',
    )
    configurations.resume(config, source)
    running.run(job.pk)
    job.refresh_from_db()
    assert job.sentence == ""


def test_of_two_who_start_the_same_the_second_leaves_out_what_the_first_did(confirmed, target, source, work, later):
    first, second = confirmed("0001", "0002"), confirmed("0001", "0002", "0003")
    other = confirmed("0001", parameters={PARAMETERS: {"status": "Deactivated"}})
    later(seconds=1)
    done(first, work, later)
    assert states(first) == ["done", "done"]
    done(second, work, later)
    assert states(second) == ["left out", "left out", "done"]
    assert second.items.first().sentence == "owner@example.com had the same done since the rehearsal."
    running.run(other.pk)
    assert states(other) == ["under way"]


def test_a_job_killed_after_it_asked_finds_its_own_operation_though_that_is_done(confirmed, work, later):
    job = confirmed("0001")
    later(seconds=1)
    done(job, work, later)
    job.items.update(state="waiting", reference="", settled_at=None)
    Job.objects.update(state=Job.State.RUNNING, ended_at=None, counts={})
    done(job, work, later)
    assert states(job) == ["done"]
    assert Operation.objects.count() == 1


def test_a_write_that_has_no_outcome_yet_is_named(confirmed, target, source):
    activate(target, source)
    job = confirmed("0001")
    running.run(job.pk)
    assert states(job) == ["failed"]
    assert "no outcome yet" in job.items.get().sentence


def test_cancelling_takes_back_what_was_not_sent(confirmed, source, work, provider):
    job = confirmed("0001", "0002")
    running.run(job.pk)
    steering.cancel(job, source)
    running.run(job.pk)
    work()
    job.refresh_from_db()
    assert (job.state, states(job), provider.calls["set_state"]) == (Job.State.CANCELLED, ["cancelled"] * 2, 0)


def test_what_a_removed_extension_was_to_be_asked_fails_with_the_reason(confirmed, config, source):
    job = confirmed("0001")
    configurations.remove(config, source)
    running.run(job.pk)
    assert job.items.get().sentence == "The extension was removed before this was asked."


def test_a_job_of_a_member_who_was_blocked_goes_no_further(confirmed, source, operator, owner):
    job = confirmed("0001")
    Job.objects.filter(pk=job.pk).update(asked_by="operator@example.com")
    members.block(source, operator.memberships.get())
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, Operation.objects.count()) == (Job.State.PAUSED, 0)
    assert job.sentence.startswith("operator@example.com may not do this any more.")


def test_the_lane_is_woken_for_a_job(confirmed, config, messages, django_capture_on_commit_callbacks):
    messages.clear()
    with django_capture_on_commit_callbacks(execute=True):
        running.run(confirmed("0001").pk)
    assert {lane for lane, _ in messages} == {config.lane_id}


def test_what_the_product_asks_by_itself_has_its_turn_beside_a_job(confirmed, target, source, config):
    running.run(confirmed("0001", "0002").pk)
    asked = ask(target, source, "usage", priority=Operation.BACKGROUND)
    lane, later = Lane.objects.get(pk=config.lane_id), timezone.now() + timedelta(seconds=1)
    assert lane_work.next_work(lane, later, limited=True).purpose == Purpose.JOBS
    lane.jobs_in_a_row = lane_work.JOBS_IN_A_ROW
    assert lane_work.next_work(lane, later, limited=True).purpose == Purpose.BACKGROUND
    operations.cancel(asked, source)
    assert lane_work.next_work(lane, later, limited=True).purpose == Purpose.JOBS
