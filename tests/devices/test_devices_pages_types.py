"""Pages of device types: adding, editing, deleting."""

import pytest

from devices import services
from devices.models import DeviceType
from tests.devices.pages import LIST, form_data, text_of

pytestmark = pytest.mark.django_db


def test_a_type_is_added_edited_and_deleted(organization, developer_client):
    base = "/abc123/device-types/"
    data = form_data(developer_client, f"{base}add/", type_id="add", class_id="Gateway", manufacturer="Acme")
    response = developer_client.post(f"{base}add/", data)
    assert response["Location"] == f"{base}id/add/"
    edit = f"{base}id/add/edit/"
    developer_client.post(edit, form_data(developer_client, edit, description="Hall gateway", class_id="Device"))
    device_type = DeviceType.objects.get()
    assert (device_type.description, device_type.class_id, device_type.manufacturer) == (
        "Hall gateway",
        "Gateway",
        "Acme",
    )
    assert developer_client.post(f"{base}id/add/delete/", {"confirm": "no"}).status_code == 422
    assert developer_client.post(f"{base}id/add/delete/", {"confirm": "add"})["Location"] == base
    assert not DeviceType.objects.exists()


def test_a_taken_type_id_is_refused_in_words(pump, developer_client):
    response = developer_client.post("/abc123/device-types/add/", {"type_id": "pump", "class_id": "Device"})
    assert response.status_code == 422
    assert "already a device type pump" in text_of(response)


def test_a_type_with_devices_is_not_deleted_and_links_to_them(device, developer_client):
    url = "/abc123/device-types/id/pump/delete/"
    for response in (developer_client.get(url), developer_client.post(url, {"confirm": "pump"})):
        assert f"{LIST}?type=pump" in text_of(response)
    assert response.status_code == 422
    assert DeviceType.objects.exists()


def test_a_stale_edit_of_a_type_overwrites_nothing(pump, developer_client, source):
    url = "/abc123/device-types/id/pump/edit/"
    stale = form_data(developer_client, url, description="mine")
    services.edit_type(pump, source, description="newer")
    assert developer_client.post(url, stale).status_code == 422
    assert DeviceType.objects.get().description == "newer"
