"""A job is done item by item, whatever happens in between; the kind is made up and does its work in this process."""

import datetime as dt

import pytest
import time_machine

from iotdash.audit.models import ActivityEntry
from iotdash.runtime import jobs, leases, sweep
from iotdash.runtime.jobs import Draft, Outcome, kinds, running, steering, writing
from iotdash.runtime.models import Job, JobItem
from tests.runtime.errands import DONE, FAILED, NOON, SOMEBODY, confirmed, rehearsed, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sent")]


def test_nothing_is_done_before_it_is_confirmed(errands):
    job = rehearsed("a", "b")
    running.run(job.pk)
    assert errands.begun == []
    assert states(job) == ["waiting", "waiting"]


def test_it_is_done_item_by_item_to_the_end(errands):
    job = confirmed("a", "b")
    running.run(job.pk)
    assert states(job) == ["under way", "under way"]
    errands.ends = {"a": DONE, "b": FAILED}
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, states(job)) == (Job.State.FINISHED, ["done", "failed"])
    assert job.items.get(subject="b").sentence == "It is broken."
    assert errands.begun == ["a", "b"]
    ending = ActivityEntry.objects.latest("pk")
    assert (ending.action, ending.details["items"]) == ("job finished", {"done": 1, "failed": 1})


def test_only_so_many_are_begun_as_there_is_room_for(errands):
    errands.room_for = 2
    job = confirmed("a", "b", "c")
    errands.room = lambda job, group: 2 - job.items.filter(state="under way").count()
    running.run(job.pk)
    assert states(job) == ["under way", "under way", "waiting"]


def test_a_process_killed_while_it_begins_leaves_them_waiting(errands, monkeypatch):
    job = confirmed("a", "b")

    def killed(items, found):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(writing, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            running.run(job.pk)
    assert states(job) == ["waiting", "waiting"]


def test_a_slice_that_was_killed_is_taken_up_by_the_sweep(errands, sent):
    with time_machine.travel(NOON, tick=False) as clock:
        job = confirmed("a")
        Job.objects.filter(pk=job.pk).update(next_at=NOON)
        leases.acquire(f"job {job.pk}", "the killed one", running.LEASE_SECONDS)
        running.receive(job.pk, NOON)
        assert errands.begun == []
        sent.clear()
        clock.shift(running.LEASE_SECONDS + 1)
        sweep.run()
        assert sent == [job.pk]
        running.receive(job.pk, Job.objects.get(pk=job.pk).next_at)
    assert errands.begun == ["a"]


def test_a_message_that_came_twice_is_received_once(errands):
    with time_machine.travel(NOON, tick=False):
        job = confirmed("a")
        due_at = Job.objects.get(pk=job.pk).next_at
        running.receive(job.pk, due_at)
        errands.ends = {"a": DONE}
        running.receive(job.pk, due_at)
    assert states(job) == ["under way"]


def test_one_group_waits_and_another_goes_on(errands):
    errands.closed = {"west"}
    drafts = [Draft("a", group="west"), Draft("b", group="east"), Draft("c", group="west")]
    job = jobs.rehearse(SOMEBODY, "errand", "Run errands", drafts)
    steering.confirm(job, SOMEBODY)
    running.run(job.pk)
    job.refresh_from_db()
    assert states(job) == ["waiting", "under way", "waiting"]
    assert job.sentence == "west is closed."
    errands.closed = set()
    running.run(job.pk)
    job.refresh_from_db()
    assert (states(job), job.sentence) == (["under way"] * 3, "")


def test_it_pauses_after_so_many_errors_and_goes_on_when_they_are_forgiven(errands):
    errands.room = lambda job, group: 2 - job.items.filter(state="under way").count()
    job = confirmed(*"abcdef", stop_after=2)
    errands.ends = dict.fromkeys("ab", FAILED)
    running.run(job.pk)
    running.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.PAUSED
    assert job.sentence == "Paused by itself after 2 errors. Look at them, then resume or cancel it."
    assert states(job)[2:] == ["waiting"] * 4
    steering.resume(job, SOMEBODY)
    running.run(job.pk)
    assert states(job)[2:4] == ["under way"] * 2


def test_what_is_under_way_comes_to_its_end_though_it_is_paused(errands):
    errands.room_for = 1
    errands.room = lambda job, group: 1 - job.items.filter(state="under way").count()
    job = confirmed("a", "b")
    running.run(job.pk)
    steering.pause(job, SOMEBODY)
    errands.ends = {"a": DONE}
    running.run(job.pk)
    job.refresh_from_db()
    assert (states(job), job.next_at) == (["done", "waiting"], None)


def test_cancelling_leaves_the_rest_undone_and_takes_back_what_did_not_go_out(errands):
    errands.room = lambda job, group: 2 - job.items.filter(state="under way").count()
    job = confirmed("a", "b", "c")
    running.run(job.pk)
    errands.ends = {"a": DONE}
    steering.cancel(job, SOMEBODY)
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, states(job)) == (Job.State.CANCELLED, ["done", "cancelled", "cancelled"])
    assert job.ended
    assert errands.begun == ["a", "b"]


def test_it_is_held_until_its_time_comes(errands):
    with time_machine.travel(NOON, tick=False) as clock:
        job = confirmed("a", held_until=NOON + dt.timedelta(minutes=30))
        running.run(job.pk)
        assert (states(job), Job.objects.get(pk=job.pk).state) == (["waiting"], Job.State.HELD)
        clock.shift(dt.timedelta(minutes=31))
        running.run(job.pk)
    assert states(job) == ["under way"]


def test_paused_and_resumed_in_its_hold_it_is_still_held_until_its_time_comes(errands):
    with time_machine.travel(NOON, tick=False) as clock:
        job = confirmed("a", held_until=NOON + dt.timedelta(minutes=30))
        steering.pause(job, SOMEBODY)
        clock.shift(dt.timedelta(minutes=10))
        steering.resume(job, SOMEBODY)
        running.run(job.pk)
        assert (job.state, errands.begun) == (Job.State.HELD, [])
        steering.pause(job, SOMEBODY)
        clock.shift(dt.timedelta(minutes=21))
        running.run(job.pk)
        assert errands.begun == []
        steering.resume(job, SOMEBODY)
        running.run(job.pk)
    assert errands.begun == ["a"]


def test_of_two_who_confirm_one_is_told_that_it_runs(errands):
    job = rehearsed("a")
    steering.confirm(job, SOMEBODY)
    with pytest.raises(steering.TooLate, match="This job is running by now"):
        steering.confirm(Job.objects.get(pk=job.pk), SOMEBODY)


def test_it_pauses_when_who_asked_may_not_any_more(errands):
    jobs.register_permission(lambda job: f"{job.asked_by} has left.")
    job = confirmed("a")
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.sentence, errands.begun) == (Job.State.PAUSED, "ada@example.com has left.", [])


def test_what_is_left_out_stays_so_and_is_never_begun(errands):
    drafts = [Draft("a"), Draft("b", outcome=Outcome(JobItem.State.LEFT_OUT, "It is retired."))]
    job = jobs.rehearse(SOMEBODY, "errand", "Run errands", drafts)
    steering.confirm(job, SOMEBODY)
    running.run(job.pk)
    assert (errands.begun, states(job)) == (["a"], ["under way", "left out"])


def test_too_many_are_refused_and_leave_nothing(monkeypatch):
    monkeypatch.setattr("iotdash.runtime.jobs.making.MOST_ITEMS", 2)
    with pytest.raises(jobs.TooMany):
        rehearsed("a", "b", "c")
    assert not Job.objects.exists()


def test_a_rehearsal_is_forgotten_after_a_day_and_an_ended_job_after_ninety(errands):
    with time_machine.travel(NOON, tick=False) as clock:
        left = rehearsed("a")
        job = confirmed("a")
        errands.ends = {"a": DONE}
        running.run(job.pk)
        running.run(job.pk)
        clock.shift(dt.timedelta(days=1, minutes=1))
        sweep.run()
        assert list(Job.objects.all()) == [job]
        assert not JobItem.objects.filter(job_id=left.pk).exists()
        clock.shift(dt.timedelta(days=90))
        sweep.run()
    assert not Job.objects.exists()


def test_a_kind_that_is_not_installed_leaves_the_job_as_it_is(errands, monkeypatch):
    job = confirmed("a")
    monkeypatch.setattr(kinds, "_kinds", {})
    running.run(job.pk)
    job.refresh_from_db()
    assert (states(job), job.sentence) == (["waiting"], "What does this kind of work is not installed.")
