"""A job is there whole or not at all, and nobody waits for the database while it is written or deleted."""

import datetime as dt
import uuid
from unittest.mock import Mock

import pytest
import time_machine
from django.db import connection

from iotdash.runtime import jobs, sweep
from iotdash.runtime.jobs import Draft, disposing, keeping, making, steering
from iotdash.runtime.models import Job, JobItem
from tests.runtime.errands import NOON, SOMEBODY, rehearsed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("errands", "sent")]
KEY = uuid.UUID(int=7)


def drafts_until_killed():
    yield Draft("a")
    raise KeyboardInterrupt


def killed_while_it_is_made() -> Job:
    with pytest.raises(KeyboardInterrupt):
        jobs.rehearse(SOMEBODY, "errand", "Run errands", drafts_until_killed())
    return Job.objects.get()


def test_what_a_kill_left_of_a_rehearsal_is_a_draft_that_cannot_be_confirmed():
    job = killed_while_it_is_made()
    with pytest.raises(steering.TooLate):
        steering.confirm(job, SOMEBODY)


def test_what_a_kill_left_of_a_rehearsal_is_forgotten_after_an_hour():
    with time_machine.travel(NOON, tick=False) as clock:
        killed_while_it_is_made()
        clock.shift(dt.timedelta(minutes=59))
        sweep.run()
        assert Job.objects.exists()
        clock.shift(dt.timedelta(minutes=2))
        sweep.run()
    assert not Job.objects.exists()


def test_it_can_be_confirmed_only_with_what_the_rehearsal_found():
    """Else a job without way back could be confirmed without typing how many."""
    with pytest.raises(KeyboardInterrupt):
        rehearsed("a", forecast=Mock(side_effect=KeyboardInterrupt))
    assert Job.objects.get().state == Job.State.DRAFT


def test_the_forecast_is_asked_for_when_all_was_seen():
    seen = []
    drafts = (seen.append(each) or Draft(each) for each in "abc")
    job = jobs.rehearse(SOMEBODY, "errand", "Run errands", drafts, forecast=lambda: {"typed": len(seen)})
    assert Job.objects.get(pk=job.pk).forecast == {"typed": 3}


def test_a_form_sent_twice_gives_one_job():
    first = rehearsed("a", form_key=KEY)
    assert rehearsed("a", form_key=KEY) == first
    assert Job.objects.get() == first


def test_a_form_sent_twice_at_once_gives_one_job(monkeypatch):
    first = rehearsed("a", form_key=KEY)
    # As the other process saw it a moment before.
    monkeypatch.setattr(making, "_of_form", lambda source, form_key: None)
    assert rehearsed("a", form_key=KEY) == first
    assert (Job.objects.count(), JobItem.objects.count()) == (1, 1)


def test_jobs_without_a_form_are_as_many_as_were_asked_for():
    rehearsed("a")
    rehearsed("a")
    assert Job.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_items_are_written_some_at_a_time(monkeypatch):
    monkeypatch.setattr(making, "_AT_ONCE", 2)
    written = []

    def drafts():
        for number in range(5):
            assert not connection.in_atomic_block
            written.append(JobItem.objects.count())
            yield Draft(str(number))

    jobs.rehearse(SOMEBODY, "errand", "Run errands", drafts())
    assert written == [0, 0, 2, 2, 4]


def test_a_job_is_deleted_some_items_at_a_time(monkeypatch):
    monkeypatch.setattr(disposing, "_AT_ONCE", 2)
    job = rehearsed(*"abcde")
    steering.discard(job, SOMEBODY)
    assert not Job.objects.exists()
    assert not JobItem.objects.exists()


def test_one_discarded_by_who_was_killed_is_not_there_any_more(monkeypatch):
    job = rehearsed("a")
    with monkeypatch.context() as patch:
        patch.setattr(disposing, "dispose", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            steering.discard(job, SOMEBODY)
    with pytest.raises(steering.TooLate, match="This job was discarded"):
        steering.confirm(job, SOMEBODY)


def test_a_rehearsal_confirmed_while_it_is_forgotten_is_kept(monkeypatch):
    with time_machine.travel(NOON, tick=False) as clock:
        job = rehearsed("a")
        clock.shift(keeping.NOT_CONFIRMED_FOR + dt.timedelta(minutes=1))
        found = Job.objects.filter

        def then_confirmed(*args, **kwargs):
            if "pk" in kwargs and Job.objects.get().state == Job.State.REHEARSED:
                monkeypatch.setattr(Job.objects, "filter", found)
                steering.confirm(job, SOMEBODY)
            return found(*args, **kwargs)

        monkeypatch.setattr(Job.objects, "filter", then_confirmed)
        keeping.forget_old()
    assert Job.objects.get().state == Job.State.RUNNING
