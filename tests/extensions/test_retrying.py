"""Asking an operation again: every read, and writes that were certainly not performed."""

import pytest
from django.utils import timezone

from extensions.core import registry
from extensions.core.contract import CannotConnect, NotFound, Refused
from extensions.core.models import Operation
from extensions.core.services import configurations, operations, retrying
from extensions.sims.contract import SmsReport, SmsState
from iotdash.audit.models import ActivityEntry


def ask(target, source, operation_id, parameters=None) -> Operation:
    spec = registry.operation(target.manifest, operation_id)
    return operations.ask(target, spec, parameters or {}, source)


def text(target, source) -> Operation:
    return ask(target, source, "sms", {"message": "hello"})


def reason(operation: Operation) -> str:
    return retrying.reason_against(Operation.objects.select_related("config").get(pk=operation.pk))


def test_a_read_that_failed_is_asked_again(target, source, work, provider):
    provider.will["record"] = [NotFound("No such chip.")]
    ask(target, source, "terminal")
    failed = work()
    again = retrying.retry(failed, source)
    assert (again.pk != failed.pk, again.subject, again.device) == (True, failed.subject, failed.device)
    assert ActivityEntry.objects.latest("pk").details == {
        "operation": "terminal",
        "earlier": str(failed.public_id),
        "new": str(again.public_id),
    }


def test_a_write_that_was_refused_is_asked_again_with_the_same_parameters(target, source, work, provider):
    provider.will["send_sms"] = [Refused("Too long.")]
    text(target, source)
    again = retrying.retry(work(), source)
    assert (again.state, again.parameters) == ("queued", {"message": "hello"})
    work()
    assert provider.calls["send_sms"] == 2


def test_a_write_that_was_cancelled_is_asked_again(target, source):
    operation = text(target, source)
    operations.cancel(operation, source)
    assert reason(operation) == ""


def test_a_write_that_failed_after_it_was_accepted_is_not(target, source, work, provider, later):
    provider.will["sms_report"] = [SmsReport("77", SmsState.FAILED, "Failed")]
    text(target, source)
    work()
    later(seconds=5)
    failed = work()
    assert failed.state == "failed"
    assert "had accepted it" in reason(failed)
    with pytest.raises(retrying.NotRetried):
        retrying.retry(failed, source)


def test_a_write_that_may_have_been_performed_is_not(target, source, work, provider, later):
    provider.will["send_sms"] = [CannotConnect("No answer.", may_have_happened=True)]
    text(target, source)
    unknown = work()
    assert "no outcome yet" in reason(unknown)
    later(hours=30)
    unknown = work()
    assert (unknown.state, unknown.settled) == ("unknown", True)
    assert "may have been performed" in reason(unknown)


def test_a_write_that_was_performed_is_not(target, source, work, later):
    text(target, source)
    work()
    later(seconds=5)
    assert "do it twice" in reason(work())


def test_nothing_is_asked_of_an_extension_that_was_removed(target, source, work, config):
    ask(target, source, "terminal")
    done = work()
    configurations.remove(config, source)
    assert "was removed" in reason(done)


def test_nor_of_one_that_is_not_installed(target, source, work, monkeypatch):
    ask(target, source, "terminal")
    done = work()
    monkeypatch.delitem(registry._manifests, "meterco")
    assert "not installed" in reason(done)


def test_a_paused_configuration_says_so(target, source, work, config):
    ask(target, source, "terminal")
    done = work()
    configurations.pause(config, source)
    done.config.refresh_from_db()
    with pytest.raises(retrying.NotRetried, match="paused by"):
        retrying.retry(done, source)


def test_a_second_write_of_the_kind_waits_for_the_first(target, source, work, provider):
    provider.will["send_sms"] = [Refused("Too long.")]
    text(target, source)
    refused = work()
    retrying.retry(refused, source)
    with pytest.raises(retrying.NotRetried, match="no outcome yet"):
        retrying.retry(refused, source)
    assert Operation.objects.filter(settled_at=None).count() == 1


def test_every_outcome_of_a_write_is_decided(target, source):
    operation = text(target, source)
    decided = {}
    for state in Operation._meta.get_field("state").flatchoices:
        operation.state, operation.settled_at = state[0], timezone.now()
        decided[state[0]] = not retrying.reason_against(operation)
    assert {state for state, allowed in decided.items() if allowed} == {"refused", "failed", "cancelled"}
