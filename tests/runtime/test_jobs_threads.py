"""Workers and people at the same job at the same time, on a real database."""

import contextlib
from collections import Counter

import pytest

from iotdash.runtime import leases
from iotdash.runtime.jobs import running, steering, undoing
from iotdash.runtime.models import Job, JobItem
from tests.extensions.test_review_threads import at_once
from tests.runtime.errands import DONE, SOMEBODY, confirmed, rehearsed, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sent")]
MANY = tuple(f"{number:03}" for number in range(60))
WORKERS = 4


def run_to_its_end(job: Job) -> None:
    for _ in range(20):
        running.run(job.pk)
        job.refresh_from_db()
        if job.ended:
            return


def begun_once(errands) -> bool:
    return set(Counter(errands.begun).values()) <= {1}


def test_of_many_workers_one_takes_a_step(errands):
    job = confirmed(*MANY)
    assert at_once(*[lambda: running.run(job.pk)] * WORKERS) == [None] * WORKERS
    assert sorted(errands.begun) == list(MANY)


def test_workers_that_all_believe_to_have_the_lease_begin_each_item_once(errands, monkeypatch):
    errands.room_for = 7
    monkeypatch.setattr(leases, "acquire", lambda name, holder, seconds: True)
    monkeypatch.setattr(leases, "renew", lambda name, holder, seconds: True)
    job = confirmed(*MANY)
    assert at_once(*[lambda: running.run(job.pk)] * WORKERS) == [None] * WORKERS
    assert sorted(errands.begun) == list(MANY)


def test_one_cancelled_while_it_is_begun_leaves_nothing_between(errands):
    errands.room_for = 3
    job = confirmed(*MANY)
    done = at_once(lambda: running.run(job.pk), lambda: steering.cancel(Job.objects.get(pk=job.pk), SOMEBODY))
    assert done == [None, None]
    run_to_its_end(job)
    assert job.state == Job.State.CANCELLED
    assert set(states(job)) == {"cancelled"}
    assert begun_once(errands)


def test_paused_resumed_and_cancelled_at_once_it_ends_and_nothing_is_done_twice(errands):
    errands.room_for = 5
    errands.ends = dict.fromkeys(MANY, DONE)
    job = confirmed(*MANY)

    def steer(act) -> None:
        with contextlib.suppress(steering.TooLate):
            act(Job.objects.get(pk=job.pk), SOMEBODY)

    steps = [steering.pause, steering.resume, steering.pause, steering.cancel]
    runs = [lambda: running.run(job.pk)] * 2
    done = at_once(*(lambda act=act: steer(act) for act in steps), *runs)
    assert done == [None] * 6
    if not Job.objects.get(pk=job.pk).ended:
        steer(steering.resume)
    run_to_its_end(job)
    assert job.ended
    assert set(states(job)) <= {"done", "cancelled"}
    assert begun_once(errands)


def test_of_many_who_confirm_one_does(errands):
    job = rehearsed(*MANY)
    done = at_once(*[lambda: steering.confirm(Job.objects.get(pk=job.pk), SOMEBODY)] * WORKERS)
    assert [type(each) for each in done].count(steering.TooLate) == WORKERS - 1


def test_a_form_sent_twice_at_the_same_time_is_one_job(errands):
    key = "00000000-0000-0000-0000-000000000007"
    made = at_once(*[lambda: rehearsed(*MANY, form_key=key)] * WORKERS)
    assert len({job.pk for job in made}) == 1
    assert (Job.objects.count(), JobItem.objects.count()) == (1, len(MANY))


def test_two_who_undo_the_same_job_do_not_wait_for_each_other(errands):
    job = confirmed(*MANY)
    Job.objects.filter(pk=job.pk).update(state=Job.State.CANCELLED)
    undone = at_once(*[lambda: undoing.undo(job)] * WORKERS)
    assert sum(undone) == len(MANY)
