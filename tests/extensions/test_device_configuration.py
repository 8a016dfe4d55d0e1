"""The JSON that is confirmed on a device: checked in words, never half saved, never overwritten unseen."""

import json
from importlib import import_module

import pytest
from django.apps import apps

from devices.models import Device, DeviceIdentifier
from extensions.core.models import DeviceConfiguration, Operation
from extensions.core.services import configurations, device_configuration
from extensions.sims.models import Sim
from iotdash.audit.models import ActivityEntry
from tests.cast import DeviceFactory
from tests.extensions import meterco

GOOD = '{"meterco": {"chip": "0001"}}'


def confirm(device, text, source, version=None):
    version = device_configuration.current(device).version if version is None else version
    return device_configuration.confirm(device, text, version, source)


def problems(device, text):
    return device_configuration.validate(device, text).problems


def test_a_good_document_is_saved_identified_linked_and_asked_about(device, config, source):
    saved = confirm(device, GOOD, source)
    assert (saved.version, saved.changed_by) == (1, source.actor)
    identifier = DeviceIdentifier.objects.get()
    assert (identifier.key, identifier.value, identifier.device) == ("meterco.chip", "0001", device)
    assert Sim.objects.get().device == device
    operation = Operation.objects.get()
    assert (operation.operation_id, operation.priority) == ("terminal", Operation.BACKGROUND)


def test_the_same_again_is_no_change(device, config, source):
    confirmed = confirm(device, GOOD, source)
    again = confirm(device, f"  {GOOD}", source)
    assert (again.version, again.changed_at) == (confirmed.version, confirmed.changed_at)
    assert ActivityEntry.objects.filter(action="device configuration changed").count() == 1
    with pytest.raises(device_configuration.Stale):
        confirm(device, GOOD, source, version=0)


def test_nothing_confirmed_on_nothing_is_no_change(device, config, source):
    confirm(device, "{}", source)
    assert not ActivityEntry.objects.filter(action="device configuration changed").exists()
    assert not DeviceConfiguration.objects.exists()


def test_a_broken_text_names_line_and_column(device, config):
    [problem] = problems(device, '{\n  "meterco" {"chip": "0001"}\n}')
    assert (problem.line, problem.column) == (2, 13)


def test_an_unknown_key_is_named_where_it_stands(device, config):
    [problem] = problems(device, '{\n  "metercoo": {}\n}')
    assert (problem.line, problem.column) == (2, 3)
    assert "metercoo" in problem.message


def test_an_extension_that_is_not_added_is_named(device, provider):
    [problem] = problems(device, GOOD)
    assert problem.message == ("The extension MeterCo is not added to this organization. An administrator can add it.")


def test_a_key_that_no_extension_has_comes_with_those_that_there_are(device, provider):
    problem = device_configuration.validate(device, '{"metrco": {"chip": "0001"}}').problems[0]
    assert problem.message == ('No extension with the key "metrco" is installed here. Did you mean "meterco"?')
    assert '"meterco"' in problem.expected
    assert (problem.line, problem.column) == (1, 2)


def test_the_schema_of_the_extension_applies(device, config):
    [problem] = problems(device, '{"meterco": {"chip": "12"}}')
    assert problem.path == ("meterco", "chip")


def test_an_identifier_of_another_device_is_refused_and_named(device, config, source, organization):
    other = DeviceFactory(organization=organization, device_type=device.device_type, device_id="p2")
    confirm(other, GOOD, source)
    [problem] = problems(device, GOOD)
    assert problem.message == "Device p2 of type pump already has this chip."
    with pytest.raises(device_configuration.Invalid):
        confirm(device, GOOD, source)
    assert not DeviceConfiguration.objects.filter(device=device).exists()


def test_the_same_identifier_in_another_organization_is_fine(device, config, source, other_organization, carrier):
    configurations.add(other_organization, carrier, "", meterco.SETTINGS, source)
    confirm(DeviceFactory(organization=other_organization), GOOD, source)
    confirm(device, GOOD, source)


def test_a_stale_edit_shows_the_newer_one_and_saves_nothing(device, config, source):
    confirm(device, GOOD, source)
    with pytest.raises(device_configuration.Stale) as stale:
        confirm(device, '{"meterco": {"chip": "0002"}}', source, version=0)
    assert stale.value.current.document == json.loads(GOOD)
    assert DeviceIdentifier.objects.get().value == "0001"


def test_clearing_frees_the_identifier_and_unlinks_the_sim(device, config, source):
    confirm(device, GOOD, source)
    confirm(device, "{}", source)
    assert not DeviceIdentifier.objects.exists()
    assert not Sim.objects.filter(device=device).exists()


def test_clearing_keeps_what_the_carrier_said_of_the_sim(device, config, source):
    confirm(device, GOOD, source)
    Sim.objects.update(listed_in=1)
    confirm(device, "{}", source)
    assert Sim.objects.get().device is None


def test_keys_of_a_removed_extension_stay_inactive_and_pass_unchanged(device, config, source):
    confirm(device, GOOD, source)
    configurations.remove(config, source)
    assert problems(device, GOOD) == []
    assert problems(device, '{"meterco": {"chip": "0009"}}') != []
    confirm(device, GOOD, source)


def test_a_named_configuration_must_exist(device, config, source, organization, carrier):
    second = configurations.add(organization, carrier, "Second", meterco.SETTINGS | {"user": "second"}, source)
    [problem] = problems(device, '{"meterco": {"chip": "0001", "configuration": "Third"}}')
    assert problem.message == 'No configuration of MeterCo is named "Third". There is: "Main account", "Second".'
    confirm(device, '{"meterco": {"chip": "0001", "configuration": "Second"}}', source)
    assert Sim.objects.get().config == second


def test_a_configuration_can_be_confirmed_while_the_extension_is_paused(device, config, source):
    configurations.pause(config, source)
    confirm(device, GOOD, source)
    assert not Operation.objects.exists()


def test_a_device_says_whether_it_is_configured(device, config, source):
    for text, configured in ((GOOD, True), ("{}", False)):
        confirm(device, text, source)
        device.refresh_from_db()
        assert device.configured is configured


def test_devices_that_were_configured_before_are_noted(device, config, source):
    confirm(device, GOOD, source)
    Device.objects.update(configured=False)
    import_module("extensions.core.migrations.0007_configured_devices").note_configured(apps, None)
    device.refresh_from_db()
    assert device.configured
