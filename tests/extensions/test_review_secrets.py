"""Where secrets could come to light: exceptions, their traces in the log, and what objects say of themselves."""

import logging
from datetime import UTC, datetime

import pytest

from extensions.core.contract import Context
from extensions.core.models import ConnectionCheck, Operation
from extensions.core.services import connection_checks, device_configuration
from iotdash.lib.outbound import AddressPolicy, AddressRefused, GuardedSession
from tests.extensions import meterco
from tests.extensions.asking import activate

SECRET = meterco.SETTINGS["key"]


@pytest.mark.parametrize("value", ["Bearer s3cret\nkey", " s3cret"])
def test_a_credential_that_no_header_takes_is_not_told(value):
    with pytest.raises(AddressRefused) as refused:
        GuardedSession(AddressPolicy()).get("https://meterco.test/", headers={"Authorization": value})
    assert "s3cret" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_a_context_does_not_show_its_settings():
    context = Context(settings=meterco.SETTINGS, http=None, now=lambda: datetime.now(UTC))
    assert SECRET not in repr(context)


def test_a_providers_bug_leaves_no_secret_in_rows_or_log(target, source, work, provider, config, carrier, caplog):
    provider.will["set_state"] = [KeyError("oops")]
    provider.will["check"] = [KeyError("oops")]
    activate(target, source)
    connection_checks.ask(config.organization, carrier, meterco.SETTINGS, source, config)
    with caplog.at_level(logging.DEBUG):
        work()
    rows = [*Operation.objects.values(), *ConnectionCheck.objects.values()]
    assert "oops" in caplog.text
    assert SECRET not in caplog.text + repr(rows)


def test_a_confirmed_configuration_and_its_first_reading_come_together(config, device, source, monkeypatch):
    def killed(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr(device_configuration, "ask_first_record", killed)
    with pytest.raises(SystemExit):
        device_configuration.confirm(device, '{"meterco": {"chip": "0001"}}', 0, source)
    assert device_configuration.current(device).version == 0
