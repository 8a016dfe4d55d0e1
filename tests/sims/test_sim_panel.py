"""The SIM panel: what it shows while the carrier is being asked, and what it leaves alone."""

import pytest

from extensions.core import lanes
from extensions.core.contract import AuthRejected
from extensions.core.models import Operation
from extensions.core.services import device_configuration
from extensions.sims import plans
from extensions.sims.contract import PlanList

PANEL = "/abc123/devices/pump/p1/extensions/meterco/"


def part(client, element: str) -> str:
    return client.get(PANEL, headers={"hx-request": "true", "hx-target": element}).content.decode()


def test_plans_are_asked_as_soon_as_a_device_has_a_sim(device, config, source, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        device_configuration.confirm(device, '{"meterco": {"chip": "0001"}}', 0, source)
        device_configuration.confirm(device, '{"meterco": {"chip": "0002"}}', 1, source)
    assert Operation.objects.filter(operation_id="rateplans").count() == 1


def test_while_plans_are_listed_the_form_waits_and_looks_again(target, config, operator_client):
    plans.ask(config)
    waiting = part(operator_client, "sim-plan-meterco")
    assert "are being listed" in waiting
    assert "every 2s" in waiting
    lanes.run(config.lane_id)
    listed = part(operator_client, "sim-plan-meterco")
    assert "<option>Large</option>" in listed
    assert "every 2s" not in listed


def test_without_a_list_the_name_is_typed_and_the_reason_told(target, config, provider, operator_client):
    provider.will["plans"] = [PlanList(why_not="Only administrators may list plans.")]
    plans.ask(config)
    lanes.run(config.lane_id)
    typed = part(operator_client, "sim-plan-meterco")
    assert "Only administrators may list plans." in typed
    assert 'list="seen-plans"' in typed


def test_refused_credentials_do_not_keep_the_form_waiting(target, config, provider, operator_client):
    provider.will["plans"] = [AuthRejected("The key is refused.")]
    plans.ask(config)
    lanes.run(config.lane_id)
    assert "are being listed" not in part(operator_client, "sim-plan-meterco")


def test_the_polled_part_has_no_forms_to_lose(target, operator_client):
    polled = part(operator_client, "sim-data-meterco")
    assert "Overall data" in polled
    assert "<textarea" not in polled


def test_a_reader_sees_and_asks_but_changes_nothing(target, reader_client):
    page = reader_client.get(PANEL).content.decode()
    assert "Changing the SIM needs the role Operator." in page
    assert "Get usage" in page
    assert "Send SMS" not in page


@pytest.mark.parametrize("name", ["terminal", "usage"])
def test_a_reader_may_run_what_only_reads(target, reader_client, name):
    assert reader_client.post(f"{PANEL}operations/{name}/").status_code in (200, 302)
    assert Operation.objects.filter(operation_id=name).exists()
