"""The sweep asks every due-finder, whatever happens to one of them."""

import datetime as dt
import logging

import pytest
import time_machine
from django.db import DatabaseError

from iotdash.runtime import sweep
from iotdash.runtime.models import Heartbeat
from iotdash.runtime.tasks import run_sweep

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Due-finders of its own: the second one fails."""
    asked = []

    def failing() -> None:
        asked.append("failing")
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(sweep, "_due_finders", {})
    sweep.register_due_finder("first", lambda: asked.append("first"))
    sweep.register_due_finder("failing", failing)
    sweep.register_due_finder("last", lambda: asked.append("last"))
    return asked


def test_one_that_fails_does_not_stop_the_others(asked, caplog):
    with caplog.at_level(logging.ERROR, logger="iotdash.runtime.sweep"):
        sweep.run()
    assert asked == ["first", "failing", "last"]
    assert "due-finder failing failed" in caplog.text
    assert "the disk is full" in caplog.text


def test_the_task_runs_the_sweep(asked):
    run_sweep()
    assert asked == ["first", "failing", "last"]


def test_registering_again_replaces(asked):
    sweep.register_due_finder("failing", lambda: asked.append("mended"))
    sweep.run()
    assert asked == ["first", "mended", "last"]


def test_each_run_leaves_a_sign_of_life(asked):
    with time_machine.travel(NOON, tick=False) as clock:
        sweep.run()
        assert Heartbeat.objects.get(name="sweep").at == NOON
        clock.shift(15)
        sweep.run()
        assert Heartbeat.objects.get(name="sweep").at == NOON + dt.timedelta(seconds=15)
