"""The device configuration on the drilldown and its own page, and the panels below it."""

import json
from html import unescape

import pytest

from extensions.core import health
from extensions.core.contract import AuthRejected
from extensions.core.models import DeviceConfiguration
from extensions.core.services import configurations, device_configuration
from iotdash.audit.models import ActivityEntry
from tests.cast import DeviceFactory

DEVICE = "/abc123/devices/pump/p1/"
URL = f"{DEVICE}configuration/"
GOOD = '{"meterco": {"chip": "0001"}}'
HTMX = {"HTTP_HX_REQUEST": "true"}


def confirm(client, text, version=0):
    return client.post(URL, {"document": text, "version": version})


def test_without_extensions_the_page_leads_to_them(owner_client, organization, device):
    body = owner_client.get(DEVICE).content.decode()
    assert "No extension to configure" in body
    assert "/abc123/extensions/" in body


def test_drilldown_has_editor_and_sample(developer_client, config, device):
    body = developer_client.get(DEVICE).content.decode()
    assert "Confirm changes" in body
    assert "&quot;meterco&quot;" in body
    assert "Nothing to show from extensions" in body


def test_samples_are_folded_once_the_device_has_a_configuration(developer_client, config, device):
    assert "<details open><summary>Sample<" in developer_client.get(DEVICE).content.decode()
    confirm(developer_client, GOOD)
    assert "<details><summary>Sample<" in developer_client.get(DEVICE).content.decode()


def test_insert_fills_the_editor_without_scripts(developer_client, config, device):
    body = unescape(developer_client.get(f"{URL}?sample=meterco").content.decode())
    assert '"chip"' in body.split("<textarea")[1].split("</textarea>")[0]


def test_confirming_saves_and_records(developer_client, config, device):
    response = confirm(developer_client, GOOD)
    saved = DeviceConfiguration.objects.get(device=device)
    assert response.url == f"{DEVICE}#section-extension-configuration"
    assert (saved.document, saved.changed_by) == ({"meterco": {"chip": "0001"}}, "developer@example.com")
    assert ActivityEntry.objects.filter(action="device configuration changed").exists()
    assert "by developer@example.com" in developer_client.get(URL).content.decode()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{\n "meterco": {"chip": "0001"\n', 3, "still open"),
        ('{\n "meterco": {\n  "chip": "12"}}', 3, "meterco.chip"),
        ('{\n "nothing": {}}', 2, "No extension with the key"),
    ],
)
def test_problems_come_with_place_path_and_words(developer_client, config, device, text, line, words):
    response = confirm(developer_client, text)
    body = unescape(response.content.decode())
    assert response.status_code == 422
    assert f'data-line="{line}"' in body
    assert words in body
    assert "Expected:" in body
    assert text.strip() in body
    assert not DeviceConfiguration.objects.exists()


def test_a_refused_text_stays_on_the_drilldown_by_htmx(developer_client, config, device):
    headers = {"HX-Request": "true"}
    response = developer_client.post(URL, {"document": '{"meterco": {"chip": "12"}}', "version": 0}, headers=headers)
    body = unescape(response.content.decode())
    assert response.status_code == 422
    assert body.strip().startswith('<div class="device-configuration">')
    assert "meterco.chip" in body
    assert f'hx-post="{URL}"' in body
    assert f'hx-post="{URL}"' in developer_client.get(DEVICE).content.decode()


def test_a_confirmed_text_loads_the_drilldown_anew_by_htmx(developer_client, config, device):
    response = developer_client.post(URL, {"document": GOOD, "version": 0}, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == DEVICE
    assert DeviceConfiguration.objects.exists()


def test_identifier_of_another_device_is_refused_by_name(developer_client, config, device, organization, source):
    other = DeviceFactory(organization=organization, device_id="taken")
    device_configuration.confirm(other, GOOD, 0, source, refresh=False)
    response = confirm(developer_client, GOOD)
    assert response.status_code == 422
    assert "Device taken" in response.content.decode()


def test_warnings_are_said_but_saved(developer_client, config, device, carrier, monkeypatch):
    from dataclasses import replace

    from extensions.core import registry

    doubtful = replace(carrier, warnings=lambda part: ("The check digit does not fit.",))
    monkeypatch.setitem(registry._manifests, "meterco", doubtful)
    confirm(developer_client, GOOD)
    assert DeviceConfiguration.objects.exists()
    assert "The check digit does not fit." in developer_client.get(DEVICE).content.decode()


def test_stale_edit_is_shown_beside_the_newer_one(developer_client, target, device):
    response = confirm(developer_client, '{"meterco": {"chip": "0009"}}', version=0)
    body = unescape(response.content.decode())
    assert response.status_code == 409
    assert '"0001"' in body
    assert '"0009"' in body
    assert 'name="version" value="1"' in body
    assert DeviceConfiguration.objects.get().document["meterco"]["chip"] == "0001"


def test_mine_can_be_confirmed_on_top(developer_client, target):
    confirm(developer_client, '{"meterco": {"chip": "0009"}}', version=1)
    assert DeviceConfiguration.objects.get().document["meterco"]["chip"] == "0009"


def test_garbled_version_is_invalid(developer_client, config, device):
    assert confirm(developer_client, GOOD, version="x").status_code == 422


def test_check_while_typing_uses_the_same_validator(developer_client, config, device):
    response = developer_client.post(f"{URL}check/", {"document": '{"meterco": {"chip": "1"}}'}, **HTMX)
    markers = json.loads(unescape(response.content.decode().split('data-problems="')[1].split('"')[0]))
    assert [(marker["where"], marker["severity"]) for marker in markers] == [("meterco.chip", "error")]
    good = developer_client.post(f"{URL}check/", {"document": GOOD}, **HTMX)
    assert "Nothing is wrong" in good.content.decode()


def test_reader_sees_the_text_read_only(reader_client, target):
    body = reader_client.get(DEVICE).content.decode()
    assert " readonly" in body
    assert "Confirm changes" not in body
    assert confirm(reader_client, GOOD, 1).status_code == 403


def test_device_of_another_organization_is_not_found(other_owner_client, target):
    assert other_owner_client.get("/xyz789/devices/pump/p1/configuration/").status_code == 404


# --- Panels ---------------------------------------------------------------------------------------------------------

PANEL = f"{DEVICE}extensions/meterco/"


def test_drilldown_has_a_link_that_loads_the_panel(reader_client, target):
    body = reader_client.get(DEVICE).content.decode()
    assert f'hx-get="{PANEL}"' in body
    assert f' href="{PANEL}"' in body


def test_panel_is_a_page_and_a_part(reader_client, target):
    page = reader_client.get(PANEL).content.decode()
    part = reader_client.get(PANEL, **HTMX).content.decode()
    assert "<html" in page
    assert "<html" not in part
    assert 'id="panel-meterco"' in part
    assert "Main account" in part


def test_key_that_the_device_has_not_is_not_found(reader_client, config, device):
    assert reader_client.get(PANEL).status_code == 404


def test_panel_of_a_removed_extension_says_so(reader_client, target, config, source):
    configurations.remove(config, source)
    body = reader_client.get(PANEL, **HTMX).content.decode()
    assert "Not added now" in body
    assert "/abc123/extensions/" in body


def test_panel_of_a_paused_extension_says_so(reader_client, target, config, source):
    configurations.pause(config, source)
    assert "owner@example.com paused Main account" in reader_client.get(PANEL, **HTMX).content.decode()


def test_panel_that_needs_attention_says_so(reader_client, target, config):
    health.note_failure(config, AuthRejected("The key has expired."))
    body = reader_client.get(PANEL, **HTMX).content.decode()
    assert "The key has expired." in body
    assert f"/abc123/extensions/{config.pk}/" in body


# --- The device list ------------------------------------------------------------------------------------------------


def test_list_shows_what_devices_are_configured_for(reader_client, target, config):
    assert "MeterCo" in reader_client.get("/abc123/devices/").content.decode()
    health.note_failure(config, AuthRejected("The key has expired."))
    assert "MeterCo: Needs attention" in reader_client.get("/abc123/devices/").content.decode()


@pytest.mark.parametrize(("value", "shown", "hidden"), [("meterco", "p1", "bare"), ("none", "bare", "p1")])
def test_list_filters_by_extension(reader_client, target, organization, value, shown, hidden):
    DeviceFactory(organization=organization, device_id="bare", device_type=target.device.device_type)
    body = reader_client.get(f"/abc123/devices/?extension={value}").content.decode()
    assert f">{shown}</a>" in body
    assert f">{hidden}</a>" not in body


def test_many_devices_cost_two_queries(target, organization, django_assert_num_queries, source):
    from extensions.core.facet import ExtensionsFacet

    others = [DeviceFactory(organization=organization) for _ in range(3)]
    for number, other in enumerate(others):
        text = f'{{"meterco": {{"chip": "100{number}"}}}}'
        device_configuration.confirm(other, text, 0, source, refresh=False)
    with django_assert_num_queries(2):
        assert len(ExtensionsFacet().serialise_many([target.device, *others])) == 4
