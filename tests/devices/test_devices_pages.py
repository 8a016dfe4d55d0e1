"""Pages of one device: adding, drilldown, editing, deleting; and who may."""

import re

import pytest

from devices import services
from devices.models import Device
from devices.services import NewDevice
from tests.cast import DeviceFactory, DeviceTypeFactory
from tests.devices.pages import DEVICE, LIST, form_data, text_of

pytestmark = pytest.mark.django_db
PAGES = [LIST, DEVICE, "/abc123/device-types/", "/abc123/device-types/id/pump/"]
CHANGING = [
    "/abc123/devices/add/",
    f"{DEVICE}edit/",
    f"{DEVICE}delete/",
    f"{DEVICE}token/",
    f"{DEVICE}token/new/",
    "/abc123/device-types/add/",
    "/abc123/device-types/id/pump/edit/",
    "/abc123/device-types/id/pump/delete/",
]


@pytest.mark.parametrize("url", PAGES + CHANGING)
def test_strangers_and_other_organizations_find_nothing(url, device, stranger_client, other_owner_client, client):
    assert stranger_client.get(url).status_code == 404
    assert other_owner_client.get(url).status_code == 404
    assert other_owner_client.get(url.replace("abc123", "xyz789")).status_code in ((404,) if "pump" in url else (200,))
    assert client.get(url).status_code == 302


@pytest.mark.parametrize("url", PAGES)
def test_readers_see_and_get_no_buttons_that_change(url, device, reader_client, developer_client):
    seen = text_of(reader_client.get(url))
    for word in ("Add device", "/edit/", "/delete/", "/token/"):
        assert word not in seen
    assert "Add device" in text_of(developer_client.get(url)) or "/edit/" in text_of(developer_client.get(url))


@pytest.mark.parametrize("url", CHANGING)
@pytest.mark.parametrize("method", ["get", "post"])
def test_readers_change_nothing_and_are_told_why(url, method, device, reader_client):
    response = getattr(reader_client, method)(url, {"confirm": "p1"})
    assert response.status_code == 403
    assert "may not edit devices" in text_of(response)
    assert Device.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"device_id": "a b"}, "Use 1 to 36 characters"),
        ({"device_id": ""}, "required"),
        ({"device_type": "nope"}, "Select a valid choice"),
        ({"token": "short"}, "Use 8 to 36 characters"),
        ({"latitude": "91", "longitude": "0"}, "less than or equal to 90"),
        ({"latitude": "51"}, "Give longitude too"),
        ({"elevation": "3"}, "needs latitude"),
        ({"latitude": "nan", "longitude": "0"}, "Enter a number"),
        ({"metadata": '{"a": 1,'}, "Line 1, column"),
        ({"metadata": "[1]"}, "object"),
        ({"metadata": '{"a": 1e999}'}, "too large"),
        ({"measured_at": "yesterday", "latitude": "1", "longitude": "1"}, "valid date"),
    ],
)
def test_bad_input_is_refused_in_words_and_kept(pump, developer_client, changes, words):
    base = {"device_type": "pump", "device_id": "p1", "serial_number": "typed-by-me"}
    response = developer_client.post(f"{LIST}add/", {**base, **changes})
    assert response.status_code == 422
    assert words in text_of(response)
    assert "typed-by-me" in text_of(response)
    assert not Device.objects.exists()


def test_a_taken_id_is_refused_in_words(device, developer_client):
    response = developer_client.post(f"{LIST}add/", {"device_type": "pump", "device_id": "p1"})
    assert response.status_code == 422
    assert "already has a device p1" in text_of(response)


def test_where_there_is_no_room_for_another_device_it_is_said(device, developer_client, settings):
    settings.IOTDASH_DEVICES_PER_ORGANIZATION = 1
    response = developer_client.post(f"{LIST}add/", {"device_type": "pump", "device_id": "p2"})
    assert response.status_code == 422
    assert "The most devices that this organization may have: 1." in text_of(response)


def test_types_of_other_organizations_cannot_be_chosen(pump, other_organization, developer_client):
    DeviceTypeFactory(organization=other_organization, type_id="foreign")
    assert "foreign" not in text_of(developer_client.get(f"{LIST}add/"))
    response = developer_client.post(f"{LIST}add/", {"device_type": "foreign", "device_id": "p1"})
    assert response.status_code == 422


def test_adding_says_that_configuration_comes_after_and_that_a_type_comes_first(organization, developer_client):
    assert "A device type comes first" in text_of(developer_client.get(f"{LIST}add/"))
    DeviceTypeFactory(organization=organization)
    assert "configuration for extensions comes afterwards" in text_of(developer_client.get(f"{LIST}add/"))


def test_the_drilldown_shows_what_is_known(pump, source, reader_client):
    services.add_device(pump, NewDevice("p1", {"serial_number": "SN-1"}, location=services.Location(51.5, 0)), source)
    content = text_of(reader_client.get(DEVICE))
    for words in ("SN-1", "Acme", "d:abc123:pump:p1", "51.5", "&quot;site&quot;: &quot;north&quot;", source.actor):
        assert words in content
    assert "unknown" in content


def test_edit_saves_and_goes_back(device, developer_client):
    data = form_data(developer_client, f"{DEVICE}edit/", model="W2", metadata='{"a": 1}')
    response = developer_client.post(f"{DEVICE}edit/", data)
    assert (response.status_code, response["Location"]) == (302, DEVICE)
    device.refresh_from_db()
    assert (device.model, device.metadata) == ("W2", {"a": 1})


def test_edit_keeps_a_location_that_nobody_touched(device, developer_client, source):
    services.edit_device(device, source, location=services.Location(51.02, -1.39, elevation=7))
    before = Device.objects.get()
    data = form_data(developer_client, f"{DEVICE}edit/", model="W2")
    data["measured_at"] = before.measured_at.strftime("%Y-%m-%dT%H:%M:%S")
    assert developer_client.post(f"{DEVICE}edit/", data).status_code == 302
    after = Device.objects.get()
    assert (after.measured_at, after.located_at, after.elevation) == (before.measured_at, before.located_at, 7)


def test_a_moved_device_was_measured_now(device, developer_client, source):
    services.edit_device(device, source, location=services.Location(51.02, -1.39))
    before = Device.objects.get()
    data = form_data(developer_client, f"{DEVICE}edit/", latitude="52")
    data["measured_at"] = before.measured_at.strftime("%Y-%m-%dT%H:%M:%S")
    developer_client.post(f"{DEVICE}edit/", data)
    assert Device.objects.get().measured_at > before.measured_at


def test_a_stale_edit_is_shown_beside_the_newer_one(device, developer_client, source):
    services.edit_device(device, source, location=services.Location(51.02, -1.39))
    measured = Device.objects.get().measured_at.strftime("%Y-%m-%dT%H:%M:%S")
    stale = form_data(developer_client, f"{DEVICE}edit/", model="mine", measured_at=measured)
    services.edit_device(device, source, info={"model": "newer"}, metadata={"a": 1})
    response = developer_client.post(f"{DEVICE}edit/", stale)
    assert response.status_code == 422
    assert [(row["typed"], row["stored"]) for row in response.context["newer"]] == [
        ("mine", "newer"),
        ("", '{\n  "a": 1\n}'),
    ]
    assert Device.objects.get().model == "newer"
    seen = re.search(r'name="seen" value="([^"]+)"', text_of(response))[1]
    assert developer_client.post(f"{DEVICE}edit/", {**stale, "seen": seen}).status_code == 302
    assert Device.objects.get().model == "mine"


@pytest.mark.parametrize("seen", ["", "yesterday", "2026-01-01T00:00:00", "2026-99-99T00:00:00Z"])
def test_an_edit_without_what_was_seen_is_refused(device, developer_client, seen):
    data = {**form_data(developer_client, f"{DEVICE}edit/", model="W2"), "seen": seen}
    assert developer_client.post(f"{DEVICE}edit/", data).status_code == 422
    assert Device.objects.get().model == "W1"


def test_a_device_is_deleted_by_typing_its_id(device, developer_client):
    assert "a SIM keeps its state and plan" in text_of(developer_client.get(f"{DEVICE}delete/"))
    assert developer_client.post(f"{DEVICE}delete/", {"confirm": "p2"}).status_code == 422
    assert Device.objects.exists()
    response = developer_client.post(f"{DEVICE}delete/", {"confirm": "p1"})
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert not Device.objects.exists()


def test_the_dialog_gets_a_form_that_stays_in_it(device, developer_client):
    headers = {"HX-Request": "true", "HX-Target": "dialog-body"}
    content = text_of(developer_client.get(f"{DEVICE}delete/", headers=headers))
    assert 'hx-target="#dialog-body"' in content
    assert "<html" not in content
    response = developer_client.post(f"{DEVICE}delete/", {"confirm": "p1"}, headers=headers)
    assert response["HX-Redirect"] == LIST


@pytest.mark.parametrize(
    ("type_id", "device_id"), [("add", "add"), (".", ".."), ("..", "edit"), ("id", "-"), ("a" * 36, "Z_.9")]
)
def test_every_legal_id_has_pages(organization, developer_client, type_id, device_id):
    kind = DeviceTypeFactory(organization=organization, type_id=type_id)
    DeviceFactory(organization=organization, device_type=kind, device_id=device_id)
    row = developer_client.get(LIST).context["rows"][0]
    assert not {".", ".."} & set(row["url"].split("/"))
    page = developer_client.get(row["url"])
    assert page.context["device"].device_id == device_id
    for name in ("edit", "delete", "token"):
        assert developer_client.get(f"{row['url']}{name}/").status_code == 200
    row = developer_client.get("/abc123/device-types/").context["rows"][0]
    assert developer_client.get(row["url"]).context["device_type"].type_id == type_id


def test_the_overview_counts_devices_by_type(device, reader_client, organization):
    DeviceTypeFactory.create_batch(7, organization=organization)
    content = text_of(reader_client.get("/abc123/"))
    assert f"{LIST}?type=pump" in content
    assert "All device types" in content


def test_navigation_leads_to_devices_and_types(reader_client, organization):
    content = text_of(reader_client.get("/abc123/"))
    assert f'href="{LIST}"' in content
    assert 'href="/abc123/device-types/"' in content


def test_support_sees_devices_but_no_digest(device, support_client, source):
    services.reissue_token(device, source)
    device.refresh_from_db()
    assert "p1" in text_of(support_client.get("/admin/devices/device/?q=p"))
    page = support_client.get(f"/admin/devices/device/{device.pk}/change/")
    assert page.status_code == 200
    assert device.token_digest not in text_of(page)


def test_support_is_told_what_diagnostics_are_found_by(support_client):
    page = text_of(support_client.get("/admin/devices/diagnosticlog/"))
    assert "Searches: whole device ID, organization ID." in page
