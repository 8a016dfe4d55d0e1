"""A SIM's page: the same panel and operations as on a drilldown, whether a device has the SIM or not."""

import re

import pytest
from django.utils import timezone

from extensions.core.models import Operation
from extensions.core.services import configurations
from extensions.sims import services
from extensions.sims.contract import SmsReply
from extensions.sims.models import ReportedSim, Sim


@pytest.fixture
def sim(config) -> Sim:
    return Sim.objects.create(config=config, organization=config.organization, subject="0007", state="Activated")


@pytest.fixture
def url(sim) -> str:
    return f"/abc123/sims/{sim.pk}/"


def read(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def key_of(page: str, operation_id: str) -> str:
    return re.search(rf'name="form_key" value="([^"]+)" id="id_meterco_{operation_id}_form_key"', page).group(1)


def test_a_sim_without_a_device_has_the_panel_and_its_operations(url, sim, config, operator_client, work):
    page = read(operator_client, url)
    for words in ("Overall data", "Send SMS", "Activation state", "Rate plan", "In no device", "Refresh"):
        assert words in page
    answer = operator_client.post(
        f"{url}operations/sms/", {"message": "hello", "form_key": key_of(page, "sms")}, follow=True
    )
    assert answer.redirect_chain == [(url, 302)]
    assert (work().state, Operation.objects.get(operation_id="sms").device) == ("accepted", None)
    assert "hello" in read(operator_client, url)


def test_refresh_reads_the_sim_from_the_carrier(url, sim, reader_client, work):
    assert reader_client.post(f"{url}operations/terminal/").status_code == 302
    work()
    sim.refresh_from_db()
    assert (sim.state, sim.rate_plan) == ("Deactivated", "Small")


def test_the_open_page_asks_for_its_own_part(url, sim, reader_client):
    headers = {"HX-Request": "true", "HX-Target": "sim-data-meterco"}
    part = reader_client.get(url, headers=headers).content.decode()
    assert "<html" not in part
    again = re.search(r'hx-get="([^"]+)"', part).group(1)
    assert again.startswith(url)
    assert reader_client.get(again, headers=headers).status_code == 204


def test_what_cannot_be_undone_is_confirmed_by_the_identifier(url, sim, operator_client):
    asked = {"status": "Retired", "form_key": key_of(read(operator_client, url), "status")}
    question = operator_client.post(f"{url}operations/status/", asked)
    assert question.status_code == 200
    assert "never let a retired SIM come back" in question.content.decode()
    wrong = operator_client.post(f"{url}operations/status/", asked | {"confirm": "7"})
    assert "This is not the identifier. Type 0007 to confirm." in wrong.content.decode()
    assert not Operation.objects.exists()
    operator_client.post(f"{url}operations/status/", asked | {"confirm": "0007"})
    assert Operation.objects.get().parameters == {"status": "Retired"}


def test_an_operation_has_a_page_of_its_own_for_whom_scripts_are_off(url, operator_client):
    page = read(operator_client, f"{url}operations/sms/")
    assert f'action="{url}operations/sms/"' in page
    assert f'href="{url}"' in page
    assert "SIM 0007" in page


def test_a_reader_sees_and_reads_but_changes_nothing(url, reader_client):
    assert "Changing the SIM needs the role Operator." in read(reader_client, url)
    assert reader_client.post(f"{url}operations/status/").status_code == 403


def test_there_is_no_operation_that_the_carrier_lacks(url, operator_client):
    assert operator_client.get(f"{url}operations/explode/").status_code == 404


def test_the_sim_of_a_device_leads_to_it_and_its_operations_are_the_devices(target, config, operator_client):
    sim = Sim.objects.get(config=config)
    url = f"/abc123/sims/{sim.pk}/"
    assert 'href="/abc123/devices/pump/p1/"' in read(operator_client, url)
    operator_client.post(f"{url}operations/terminal/")
    assert Operation.objects.get().device == target.device


def test_a_removed_extensions_sims_and_other_organizations_have_no_page(
    url, sim, config, source, reader_client, other_owner_client
):
    assert other_owner_client.get(f"/xyz789/sims/{sim.pk}/").status_code == 404
    assert other_owner_client.get(url).status_code == 404
    configurations.remove(config, source)
    assert reader_client.get(url).status_code == 404
    assert reader_client.get("/abc123/sims/99999999999999999999/").status_code == 404


# --- Messages ---------------------------------------------------------------------------------------------------------


def test_its_messages_have_a_page(url, config, operator_client):
    assert f'href="{url}messages/"' in read(operator_client, url)
    services.store_replies(config, [SmsReply("0007", "1", "valve shut", timezone.now())], timezone.now())
    page = read(operator_client, f"{url}messages/?show=received")
    assert "valve shut" in page
    assert f'action="{url}messages/ask/"' in page
    assert f'href="{url}operations/sms/"' in page
    assert "SIM 0007 at Main account" in page


def test_its_replies_may_be_asked_for(url, config, reader_client):
    answer = reader_client.post(f"{url}messages/ask/", follow=True)
    assert answer.redirect_chain == [(f"{url}messages/?show=received", 302)]
    assert ReportedSim.objects.get().subject == "0007"


def test_the_panel_of_a_drilldown_asks_below_the_device(target, reader_client):
    page = read(reader_client, "/abc123/devices/pump/p1/extensions/meterco/")
    assert "/abc123/sims/" not in page.partition("<main")[2]
