"""Asking for operations: once each, one write of a kind at a time, and only what may be asked."""

import uuid

import pytest

from extensions.core.models import Operation
from extensions.core.services import configurations, operations
from tests.extensions import meterco
from tests.extensions.asking import activate, ask


def test_a_second_write_of_a_kind_waits_for_the_first(target, source):
    first = activate(target, source)
    with pytest.raises(operations.Unsettled) as refused:
        ask(target, source, "status", {"status": "Retired"})
    assert refused.value.operation == first
    ask(target, source, "rateplan", {"ratePlan": "Large"})


def test_the_same_form_sent_twice_is_one_operation(target, source):
    key = uuid.uuid4()
    assert activate(target, source, form_key=key) == activate(target, source, form_key=key)
    assert Operation.objects.count() == 1


def test_a_form_that_was_sent_and_settled_is_not_asked_again(target, source, work, later):
    key = uuid.uuid4()
    first = activate(target, source, form_key=key)
    work()
    later(seconds=5)
    assert work().state == "confirmed"
    assert activate(target, source, form_key=key) == first
    assert Operation.objects.count() == 1


def test_a_queued_operation_can_be_cancelled_and_a_sent_one_not(target, source, work, provider):
    first = activate(target, source)
    assert operations.cancel(first, source)
    work()
    assert provider.calls["set_state"] == 0
    second = activate(target, source)
    work()
    assert not operations.cancel(second, source)


@pytest.mark.parametrize(
    ("operation_id", "parameters", "field"),
    [
        ("status", {"status": "Frozen"}, "status"),
        ("sms", {"message": "x" * 161}, "message"),
        ("sms", {}, ""),
        ("usage", {"cycleStartDate": "01/02/2026"}, "cycleStartDate"),
    ],
)
def test_parameters_are_validated_by_the_declared_schema(target, source, operation_id, parameters, field):
    with pytest.raises(operations.InvalidParameters) as refused:
        ask(target, source, operation_id, parameters)
    assert field in refused.value.problems


def test_people_come_before_background_work(target, source, work, provider):
    ask(target, source, "usage", {"cycleStartDate": "2026-10-01"}, priority=Operation.BACKGROUND)
    seen = []
    provider.will["usage"] = [
        lambda: seen.append("background") or meterco.UsageRecord("0001", meterco.date(2026, 10, 1))
    ]
    provider.will["set_state"] = [lambda: seen.append("person") or meterco.Accepted()]
    activate(target, source)
    work()
    assert seen == ["person", "background"]


def test_a_paused_configuration_keeps_its_queue(target, source, work, config, provider):
    activate(target, source)
    configurations.pause(config, source)
    assert work().state == "queued"
    config.refresh_from_db()
    configurations.resume(config, source)
    assert work().state == "accepted"


def test_removing_an_extension_cancels_what_was_not_sent_and_erases_secrets(target, source, config):
    activate(target, source)
    configurations.remove(config, source)
    config.refresh_from_db()
    assert (config.secrets, Operation.objects.get().state) == ("", "cancelled")
    assert config.operations.count() == 1, "history stays"
