"""Leases: one holder at a time, lost by the clock."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from iotdash.runtime import leases
from iotdash.runtime.models import Lease

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_the_first_takes_it_and_the_second_does_not():
    assert leases.acquire("lane-1", "ada", 20)
    assert not leases.acquire("lane-1", "bob", 20)
    lease = Lease.objects.get()
    assert (lease.holder, lease.expires_at) == ("ada", NOON + dt.timedelta(seconds=20))


@pytest.mark.django_db
def test_leases_of_other_names_do_not_matter():
    assert leases.acquire("lane-1", "ada", 20)
    assert leases.acquire("lane-2", "bob", 20)


@pytest.mark.django_db
def test_the_holder_renews_it():
    with time_machine.travel(NOON, tick=False) as clock:
        leases.acquire("lane-1", "ada", 20)
        clock.shift(19)
        assert leases.acquire("lane-1", "ada", 20)
        clock.shift(19)
        assert not leases.acquire("lane-1", "bob", 20)


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "taken"), [(19.9, False), (20, True), (3600, True)])
def test_a_holder_that_is_gone_loses_it_by_the_clock(seconds, taken):
    with time_machine.travel(NOON, tick=False) as clock:
        leases.acquire("lane-1", "ada", 20)
        clock.shift(seconds)
        assert leases.acquire("lane-1", "bob", 20) is taken


@pytest.mark.django_db
def test_given_back_it_is_free_at_once():
    leases.acquire("lane-1", "ada", 20)
    leases.release("lane-1", "ada")
    assert leases.acquire("lane-1", "bob", 20)


@pytest.mark.django_db
def test_nobody_gives_back_what_another_holds():
    leases.acquire("lane-1", "ada", 20)
    leases.release("lane-1", "bob")
    assert not leases.acquire("lane-1", "bob", 20)


@pytest.mark.django_db
def test_one_who_came_too_late_to_make_the_row_does_not_get_it(monkeypatch):
    """Between looking and making, somebody else made it."""
    Lease.objects.create(name="lane-1", holder="ada", expires_at=timezone.now() + dt.timedelta(seconds=20))
    monkeypatch.setattr(type(Lease.objects.all()), "exists", lambda self: False)
    assert not leases.acquire("lane-1", "bob", 20)
    # The transaction around it still works.
    assert Lease.objects.get().holder == "ada"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_it():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("an SQLite database in memory has one writer; runs on a file and on PostgreSQL")
    start = threading.Barrier(6)
    won = []

    def take(holder: str) -> None:
        start.wait()
        if leases.acquire("lane-1", holder, 20):
            won.append(holder)
        connection.close()

    threads = [threading.Thread(target=take, args=(f"holder-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [Lease.objects.get().holder]
