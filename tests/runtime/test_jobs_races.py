"""Jobs while several look at them at once, and while those who do are killed."""

import datetime as dt
from unittest.mock import Mock

import pytest
import time_machine
from django.db import connection

from iotdash.runtime import leases
from iotdash.runtime.jobs import running, steering, undoing, writing
from iotdash.runtime.models import Job
from tests.runtime.errands import DONE, FAILED, NOON, SOMEBODY, confirmed, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sent")]


class Meanwhile:
    """Does something once, at the first statement that begins so: as another process does in between."""

    def __init__(self, statement: str, act) -> None:
        self.statement, self.act = statement, act

    def __call__(self, execute, sql, params, many, context):
        if self.act and sql.startswith(self.statement):
            act, self.act = self.act, None
            act()
        return execute(sql, params, many, context)


def test_what_another_worker_began_meanwhile_is_not_begun_again(errands):
    job = confirmed("a", "b")
    rival = Meanwhile('UPDATE "runtime_job" SET "state"', lambda: running._begin(Job.objects.get(pk=job.pk), errands))
    with connection.execute_wrapper(rival):
        running.run(job.pk)
    assert (errands.begun, states(job)) == (["a", "b"], ["under way"] * 2)


def test_begun_now_it_does_not_wait_for_a_hold_that_a_slice_just_saw(
    errands, monkeypatch, django_capture_on_commit_callbacks
):
    with time_machine.travel(NOON, tick=False):
        job = confirmed("a", held_until=NOON + dt.timedelta(minutes=30))
        release = leases.release

        def then_somebody_says_now(name: str, holder: str) -> None:
            release(name, holder)
            with django_capture_on_commit_callbacks(execute=True):
                steering.send_now(Job.objects.get(pk=job.pk), SOMEBODY)

        monkeypatch.setattr(leases, "release", then_somebody_says_now)
        running.run(job.pk)
        assert Job.objects.get(pk=job.pk).next_at == NOON


def test_cancelling_is_brought_to_its_end_though_who_did_it_was_killed(errands, monkeypatch):
    errands.room = lambda job, group: 2 - job.items.filter(state="under way").count()
    job = confirmed("a", "b", "c", "d")
    running.run(job.pk)
    with monkeypatch.context() as patch:
        patch.setattr(undoing, "undo", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            steering.cancel(job, SOMEBODY)
    assert states(job) == ["under way", "under way", "waiting", "waiting"]
    running.run(job.pk)
    running.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.ended, states(job)) == (Job.State.CANCELLED, True, ["cancelled"] * 4)


def test_one_that_was_cancelled_does_not_end_before_all_that_waits_is_cancelled(errands):
    job = confirmed("a")
    Job.objects.filter(pk=job.pk).update(state=Job.State.CANCELLED)
    assert running._rest(job, moved=False)
    assert not Job.objects.get(pk=job.pk).ended


def test_cancelling_many_writes_a_few_rows_at_a_time(errands, monkeypatch):
    monkeypatch.setattr(undoing, "_AT_ONCE", 2)
    job = confirmed(*"abcde")
    steering.cancel(job, SOMEBODY)
    assert states(job) == ["cancelled"] * 5


def test_a_worker_that_lost_its_lease_begins_nothing_more(errands, monkeypatch):
    monkeypatch.setattr(leases, "renew", lambda name, holder, seconds: False)
    job = confirmed("a")
    running.run(job.pk)
    assert errands.begun == []


def test_a_message_for_a_job_that_is_gone_is_dropped(errands):
    job = confirmed("a")
    key = job.pk
    job.delete()
    running.run(key)
    assert errands.begun == []


def test_what_is_written_down_late_does_not_overwrite_an_outcome(errands):
    job = confirmed("a")
    item = job.items.get()
    writing.write([item], {item.pk: DONE})
    writing.write([item], {item.pk: FAILED})
    assert states(job) == ["done"]
