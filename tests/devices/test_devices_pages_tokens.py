"""A device's token: shown once, reissued, never again."""

from html import unescape

import pytest

from devices import services
from devices.models import Device
from iotdash.lib.crypto import check_token
from tests.devices.pages import DEVICE, LIST, form_data, text_of

pytestmark = pytest.mark.django_db


def test_a_device_is_added_and_its_token_shown_once(pump, developer_client):
    url = f"{LIST}add/?type=pump"
    data = form_data(developer_client, url, device_id="p1", latitude="51.02", longitude="-1.39", metadata="")
    assert data["device_type"] == "pump"
    response = developer_client.post(f"{LIST}add/", data)
    assert response["Location"] == f"{DEVICE}token/new/"
    response = developer_client.get(response["Location"])
    device = Device.objects.get()
    token = response.context["token"]
    assert check_token(token, device.token_digest)
    assert "no-store" in response["Cache-Control"]
    for words in ("abc123", "d:abc123:pump:p1", "not recoverable", DEVICE):
        assert words in text_of(response)
    assert (device.manufacturer, device.metadata, device.latitude) == ("Acme", {"site": "north"}, 51.02)
    assert token not in unescape(text_of(developer_client.get(DEVICE)))


def test_an_own_token_is_taken(pump, developer_client):
    data = form_data(developer_client, f"{LIST}add/", device_type="pump", device_id="p1", token="my-token-1")
    developer_client.post(f"{LIST}add/", data)
    assert check_token("my-token-1", Device.objects.get().token_digest)


def test_a_token_is_reissued_after_a_confirmation(device, developer_client):
    assert "stops working at once" in text_of(developer_client.get(f"{DEVICE}token/"))
    assert Device.objects.get().token_digest == ""
    response = developer_client.post(f"{DEVICE}token/", follow=True)
    assert check_token(response.context["token"], Device.objects.get().token_digest)
    assert response.context["token"] in unescape(text_of(response)), "a token may have an ampersand"
    assert "no-store" in response["Cache-Control"]


def test_reloading_the_page_of_a_new_token_issues_no_other(device, developer_client):
    first = developer_client.post(f"{DEVICE}token/", follow=True)
    again = developer_client.get(f"{DEVICE}token/new/")
    assert check_token(first.context["token"], Device.objects.get().token_digest)
    assert first.context["token"] not in unescape(text_of(again))
    assert "shown already" in text_of(again)


def test_a_new_token_waits_encrypted_and_not_for_long(device, developer_client, time_machine):
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    developer_client.post(f"{DEVICE}token/")
    waiting = developer_client.session["device_token"]
    time_machine.move_to("2026-03-01T12:11:00Z", tick=False)
    assert waiting.startswith("k1:")
    assert developer_client.get(f"{DEVICE}token/new/").context["token"] == ""


def test_a_new_token_is_not_shown_on_another_device(device, developer_client, source):
    other = services.add_device(device.device_type, services.NewDevice(device_id="p2"), source).device
    developer_client.post(f"{DEVICE}token/")
    shown = developer_client.get(f"{DEVICE.replace('/p1/', '/p2/')}token/new/")
    assert shown.context["token"] == ""
    assert other.token_digest == Device.objects.get(device_id="p2").token_digest
