"""What is made of events: once each, in order, whatever is killed, fails, or runs at the same time."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from extensions.core import checks, inbound
from extensions.core.inbound import processing
from extensions.core.models import ExtensionConfig, InboundCount, InboundEvent
from extensions.core.services import configurations
from iotdash.audit.models import ActivityEntry
from iotdash.runtime import leases, sweep
from tests.extensions.inbound_world import kept, message, send

State = InboundEvent.State


def states() -> list[str]:
    return list(InboundEvent.objects.order_by("pk").values_list("state", flat=True))


def test_events_are_processed_once_in_the_order_in_which_they_came(hook_path, service, receiving):
    send(hook_path, message("b", {"id": "a", "said": "hello"}))
    send(hook_path, message("d", "b", "c"))
    inbound.process(service.pk)
    inbound.process(service.pk)
    assert receiving.told == [("b", ""), ("a", "hello"), ("d", ""), ("c", "")]
    assert set(states()) == {"processed"}
    assert not InboundEvent.objects.filter(due_at__isnull=False).exists()


def test_many_are_processed_in_batches_and_in_order(hook_path, service, receiving):
    told = [f"event {number:04d}" for number in range(processing.AT_ONCE * 2 + 7)]
    send(hook_path, message(*told))
    inbound.process(service.pk)
    assert receiving.keys == told


def test_a_lost_task_is_found_by_the_sweep(hook_path, service, receiving, tasks_sent):
    send(hook_path, message("a"))
    assert tasks_sent == []
    sweep.run()
    assert tasks_sent == [service.pk]
    inbound.process(service.pk)
    sweep.run()
    assert tasks_sent == [service.pk], "nothing is due any more"


def test_a_worker_killed_on_the_way_leaves_nothing_half_done(hook_path, service, receiving, later):
    send(hook_path, message("a", "b"))

    def killed() -> None:
        raise SystemExit

    receiving.before = killed
    with pytest.raises(SystemExit):
        inbound.process(service.pk)
    assert states() == ["waiting", "waiting"]
    receiving.before = lambda: None
    inbound.process(service.pk)
    assert receiving.keys == ["a", "b"]


def test_a_worker_killed_without_a_word_is_followed_by_another(hook_path, service, receiving, later):
    """It left its lease behind."""
    send(hook_path, message("a"))
    leases.acquire(f"inbound {service.pk}", "a killed worker", processing.LEASE_SECONDS)
    inbound.process(service.pk)
    assert receiving.keys == []
    later(seconds=processing.LEASE_SECONDS + 1)
    inbound.process(service.pk)
    assert receiving.keys == ["a"]


def test_what_comes_while_a_worker_is_at_work_is_not_forgotten(hook_path, service, receiving):
    """The second worker leaves, so the first has to see it."""
    send(hook_path, message("a"))

    def another_comes() -> None:
        receiving.before = lambda: None
        InboundEvent.objects.create(config=service, key="late", payload={"said": ""})
        inbound.process(service.pk)

    receiving.before = another_comes
    inbound.process(service.pk)
    assert receiving.keys == ["a", "late"]


def test_what_comes_while_a_worker_is_leaving_is_not_forgotten(hook_path, service, receiving, monkeypatch):
    """It holds the lease still, and has looked for the last time."""
    send(hook_path, message("a"))
    release = leases.release

    def one_more_comes(name: str, holder: str) -> None:
        monkeypatch.setattr(leases, "release", release)
        InboundEvent.objects.create(config=service, key="late", payload={"said": ""})
        inbound.process(service.pk)
        assert receiving.keys == ["a"]
        release(name, holder)

    monkeypatch.setattr(leases, "release", one_more_comes)
    inbound.process(service.pk)
    assert receiving.keys == ["a", "late"]


def test_a_worker_that_lost_its_lease_stops(hook_path, service, receiving, monkeypatch):
    monkeypatch.setattr(processing, "AT_ONCE", 1)
    send(hook_path, message("a", "b"))

    def lost() -> None:
        receiving.before = lambda: None
        leases.release(f"inbound {service.pk}", _holder(service))
        leases.acquire(f"inbound {service.pk}", "another", 60)

    receiving.before = lost
    inbound.process(service.pk)
    assert receiving.keys == ["a"]


def _holder(config: ExtensionConfig) -> str:
    from iotdash.runtime.models import Lease

    return Lease.objects.get(name=f"inbound {config.pk}").holder


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_process_each_event_once(hook_path, service, receiving, monkeypatch):
    """Even if the lease kept nobody away."""
    monkeypatch.setattr(leases, "acquire", lambda *args: True)
    monkeypatch.setattr(leases, "renew", lambda *args: True)
    monkeypatch.setattr(processing, "AT_ONCE", 10)
    told = [f"{number:03d}" for number in range(100)]
    send(hook_path, message(*told))
    begin = threading.Barrier(3)

    def work() -> None:
        begin.wait()
        inbound.process(service.pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert receiving.keys == told


@pytest.mark.django_db(transaction=True)
def test_the_same_message_many_times_at_once_is_kept_once(hook_path, service, receiving):
    begin = threading.Barrier(6)
    statuses = []

    def post() -> None:
        begin.wait()
        statuses.append(send(hook_path, message("b", "a", "c")).status_code)
        connection.close()

    senders = [threading.Thread(target=post) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert (statuses, kept()) == ([200] * 6, ["b", "a", "c"])
    assert InboundCount.objects.get().received == 6


def test_what_fails_is_tried_again_and_the_others_do_not_wait(hook_path, service, receiving, later):
    receiving.broken = {"b"}
    send(hook_path, message("a", "b", "c"))
    inbound.process(service.pk)
    failed = InboundEvent.objects.get(key="b")
    assert (receiving.keys, failed.state, failed.attempts, failed.problem) == (["a", "c"], "waiting", 1, "ValueError")
    inbound.process(service.pk)
    assert InboundEvent.objects.get(key="b").attempts == 1, "not before its time"
    receiving.broken = set()
    later(seconds=31)
    inbound.process(service.pk)
    assert receiving.keys == ["a", "c", "b"]
    assert set(states()) == {"processed"}


def test_an_effect_of_what_failed_is_taken_back(hook_path, service, receiving):
    receiving.broken = {"b"}
    send(hook_path, message("b"))
    inbound.process(service.pk)
    service.refresh_from_db()
    assert service.proof == ""
    receiving.broken = set()
    InboundEvent.objects.update(due_at=timezone.now())
    inbound.process(service.pk)
    service.refresh_from_db()
    assert service.proof == "b"


def test_what_always_fails_is_given_up_and_can_be_asked_for_again(
    hook_path, service, receiving, later, source, tasks_sent, django_capture_on_commit_callbacks, caplog
):
    receiving.broken = {"poison"}
    send(hook_path, message("poison"))
    for _ in range(20):
        inbound.process(service.pk)
        later(hours=3)
    event = InboundEvent.objects.get()
    assert (event.state, event.attempts, event.due_at) == ("given up", len(processing.PAUSES) + 1, None)
    assert "could not be processed" in caplog.text
    receiving.broken = set()
    with django_capture_on_commit_callbacks(execute=True):
        assert inbound.process_again(service, source) == 1
    assert tasks_sent == [service.pk]
    inbound.process(service.pk)
    assert receiving.keys == ["poison"]
    assert ActivityEntry.objects.get(action="messages processed again").details == {"events": 1}


def test_a_failure_that_is_noted_late_changes_nothing(hook_path, service, receiving):
    send(hook_path, message("a"))
    inbound.process(service.pk)
    processing._note_failure(InboundEvent.objects.get().pk, ValueError())
    assert states() == ["processed"]


def test_nothing_is_processed_for_a_removed_configuration(hook_path, service, receiving, source, tasks_sent):
    send(hook_path, message("a"))
    configurations.remove(service, source)
    sweep.run()
    inbound.process(service.pk)
    assert (tasks_sent, receiving.keys, kept()) == ([], [], [])


def test_paused_or_not_events_are_processed(hook_path, service, receiving, source):
    configurations.pause(service, source)
    send(hook_path, message("a"))
    inbound.process(service.pk)
    assert receiving.keys == ["a"]


def test_keys_are_kept_for_two_weeks(hook_path, service, receiving, later):
    send(hook_path, message("old"))
    inbound.process(service.pk)
    later(days=13, hours=23)
    sweep.run()
    send(hook_path, message("old", "new"))
    assert kept() == ["old", "new"]
    later(hours=2)
    sweep.run()
    assert kept() == ["new"]
    assert InboundCount.objects.filter(begins__lt=timezone.now() - timedelta(days=1)).count() == 0


def test_keys_must_be_kept_for_longer_than_services_try(settings):
    assert checks.check_inbound() == []
    settings.IOTDASH_INBOUND_DAYS = 2
    assert "IOTDASH_INBOUND_DAYS" in checks.check_inbound()[0].msg
