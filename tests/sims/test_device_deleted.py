"""Deleting a device never touches its SIM: nothing is asked of the carrier, and what it said of the SIM stays."""

import pytest

from devices.models import Device
from extensions.core.models import Operation
from extensions.core.services import operations as asking
from extensions.sims import operations, services
from extensions.sims.contract import SimRecord
from extensions.sims.models import Sim

URL = "/abc123/devices/pump/p1/delete/"


def _on_its_page(client) -> None:
    assert client.post(URL, {"confirm": "p1"}).status_code == 302


def _by_a_program(client) -> None:
    rows = [{"typeId": "pump", "deviceId": "p1"}]
    answer = client.post("/abc123/api/v0002/bulk/devices/remove", rows, content_type="application/json")
    assert answer.status_code == 200


@pytest.fixture(params=[_on_its_page, _by_a_program])
def deleted(request, target, developer_client):
    def delete() -> None:
        request.param(developer_client)
        assert not Device.objects.exists()

    return delete


def test_nothing_is_asked_and_what_is_known_of_the_sim_stays(deleted, provider, target, work, later):
    later()
    services.store_record(target.config, SimRecord("0001", state="Activated"), target.config.created_at)
    provider.calls.clear()
    deleted()
    sim = Sim.objects.get()
    assert (sim.subject, sim.state, sim.device) == ("0001", "Activated", None)
    assert not Operation.objects.exists()
    later(seconds=20)
    work()
    assert provider.calls["set_state"] == provider.calls["set_plan"] == provider.calls["send_sms"] == 0


def test_what_was_asked_of_it_stays_in_the_history(deleted, target, source, owner_client):
    spec = operations.of(target.manifest.provider, target.config.settings)
    status = next(each for each in spec if each.id == operations.STATUS)
    operation = asking.ask(target, status, {"status": "Activated"}, source)
    deleted()
    operation.refresh_from_db()
    assert (operation.device, operation.device_id_copy, operation.settled) == (None, "p1", False)
    page = f"/abc123/extensions/operations/{operation.public_id}/"
    assert "p1" in owner_client.get(page).content.decode()


def test_a_sim_that_no_carrier_ever_told_of_goes_with_its_device(deleted, target):
    services.note_missing(target.config, "0001", target.config.created_at)
    deleted()
    assert not Sim.objects.exists(), "a typing error would stay in the list of SIMs for ever"
