"""Requests that wait for an operation: few at once, in no transaction, and not where waiting is in vain."""

import queue
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from extensions.core.models import Lane, Operation
from extensions.core.rest import waiting
from iotdash.lib.rest.problems import RestError
from tests.extensions.asking import ask, text

SENT, CALLERS, PLACES = 50, 5, 4
PATIENCE_S = 120


@pytest.fixture
def slept(monkeypatch, settings) -> list[float]:
    """Seconds that somebody waited; time goes on by that alone."""
    settings.IOTDASH_REST_WAIT_SECONDS = 10
    times: list[float] = []
    monkeypatch.setattr(waiting.time, "monotonic", lambda: sum(times))
    monkeypatch.setattr(waiting.time, "sleep", times.append)
    return times


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_a_few_wait_and_hold_no_transaction(target, source, settings, monkeypatch):
    operation = ask(target, source, "terminal")
    settings.IOTDASH_REST_WAIT_SECONDS, settings.IOTDASH_REST_WAITERS = 10 * PATIENCE_S, PLACES
    settled, in_transaction, answers = threading.Event(), [], queue.Queue()

    def sleep(seconds: float) -> None:
        in_transaction.append(connection.in_atomic_block)
        settled.wait(PATIENCE_S)

    def wait(number: int) -> None:
        try:
            mine = Operation.objects.get(pk=operation.pk)
            answers.put(waiting.until_settled(mine, f"a-abc123-{number % CALLERS}").settled)
        finally:
            connection.close()

    monkeypatch.setattr(waiting.time, "sleep", sleep)
    threads = [threading.Thread(target=wait, args=(number,)) for number in range(SENT)]
    for thread in threads:
        thread.start()
    assert [answers.get(timeout=PATIENCE_S) for _ in range(SENT - PLACES)] == [False] * (SENT - PLACES)
    assert waiting._waiting.total() == PLACES
    assert max(waiting._waiting.values()) <= waiting.MOST_OF_A_CALLER
    Operation.objects.update(state="confirmed", settled_at=timezone.now())
    settled.set()
    assert [answers.get(timeout=PATIENCE_S) for _ in range(PLACES)] == [True] * PLACES
    for thread in threads:
        thread.join(PATIENCE_S)
    assert in_transaction == [False] * PLACES
    assert not waiting._waiting


def test_an_account_that_is_left_alone_for_longer_is_not_waited_for(target, source, slept):
    operation = text(target, source)
    Lane.objects.update(blocked_until=timezone.now() + timedelta(minutes=5))
    assert not waiting.until_settled(operation, "a").settled
    assert slept == []
    Lane.objects.update(blocked_until=timezone.now() + timedelta(seconds=2))
    waiting.until_settled(operation, "a")
    assert sum(slept) >= 8, "it may still be answered"


def test_what_is_removed_while_somebody_waits_is_not_there(target, source, slept, monkeypatch):
    operation = text(target, source)
    monkeypatch.setattr(waiting.time, "sleep", lambda seconds: Operation.objects.all().delete())
    with pytest.raises(RestError) as caught:
        waiting.until_settled(operation, "a")
    assert caught.value.status == 404
    assert not waiting._waiting
