"""The SIM panel: what it shows while the carrier is being asked, and what it leaves alone."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import AuthRejected, InboundRecord, NoData
from extensions.core.models import ExtensionConfig, Health, Operation
from extensions.core.services import configurations, device_configuration
from extensions.core.services import operations as asking
from extensions.sims import operations, plans, services
from extensions.sims.contract import PlanList, SimRecord, SimReport, UsageRecord, payload_of
from extensions.sims.models import Sim
from extensions.sims.sync import reports

PANEL = "/abc123/devices/pump/p1/extensions/meterco/"
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


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
    assert 'list="sim-plan-meterco-seen"' in typed


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


def test_before_the_first_record_everything_is_unknown_and_nothing_invented(target, reader_client):
    Sim.objects.all().delete()
    page = reader_client.get(PANEL).content.decode()
    overview = page[page.index("Overall data") :]
    assert overview.count('<span class="visually-hidden">unknown</span>') >= 10
    assert "No data fetched yet" in page


def test_a_persons_refresh_is_not_held_up_by_a_background_one(target, source, work, operator_client):
    spec = operations.of(target.manifest.provider, {})[0]
    asking.ask(target, spec, {}, source, priority=Operation.BACKGROUND)
    assert " disabled" not in part(operator_client, "sim-data-meterco")
    operator_client.post(f"{PANEL}operations/terminal/")
    assert Operation.objects.get(operation_id="terminal").priority == Operation.PEOPLE
    assert " disabled" in part(operator_client, "sim-data-meterco")


def test_the_state_and_plan_that_the_sim_has_cannot_be_chosen(target, source, work, operator_client, config, provider):
    plans.ask(config)
    asking.ask(target, operations.of(target.manifest.provider, {})[0], {}, source)
    work()
    page = operator_client.get(PANEL).content.decode()
    states = page[page.index('name="status"') :].partition("</select>")[0]
    for state in provider.settable_states:
        assert f'<option value="{state}"{" disabled" if state == "Deactivated" else ""}>' in states
    offered = page[page.index('name="ratePlan"') :].partition("</select>")[0]
    assert "<option disabled>Small</option><option>Large</option>" in offered
    # What refreshes itself says it, too: forms stay in the page as they are.
    assert 'data-now-of="status" data-now="Deactivated"' in page
    assert 'data-now-of="ratePlan" data-now="Small"' in page


def test_only_cycles_that_the_carrier_answers_for_are_offered(
    target, provider, config, operator_client, monkeypatch, time_machine
):
    monkeypatch.setattr(provider, "past_cycles", 2)
    time_machine.move_to("2026-11-23T12:00:00Z")
    services.store_usage(config, UsageRecord("0001", date(2026, 10, 31), closed=False), timezone.now())
    page = operator_client.get(PANEL).content.decode()
    offered = re.findall(r'name="cycleStartDate" value="([^"]+)"', page)
    assert offered == ["2026-09-30", "2026-08-31"]


def test_no_usage_is_said_with_its_cycle(target, source, work, provider, operator_client):
    provider.will["usage"] = [NoData("Nothing was recorded.")]
    operator_client.post(f"{PANEL}operations/usage/", {"cycleStartDate": "2026-06-27"})
    work()
    shown = part(operator_client, "sim-data-meterco")
    assert "Cycle 2026-06-27: Nothing was recorded." in shown
    assert "Get usage: Nothing was recorded." in shown


def test_refused_credentials_are_said_once(target, source, work, provider, operator_client):
    provider.will["record"] = [AuthRejected("The key is refused.")]
    operator_client.post(f"{PANEL}operations/terminal/")
    work()
    shown, _, status = part(operator_client, "sim-data-meterco").rpartition('id="sim-data-meterco-status"')
    assert "The key is refused." in status
    assert "The key is refused." not in shown, "the frame around the panel says it already"


BILLED = {"billable_available": True, "billable_sms": 7, "closed": True}


@pytest.mark.parametrize(
    ("known", "open_bill"),
    [
        (BILLED | {"invoiced": False}, True),
        (BILLED | {"invoiced": True}, False),
        (BILLED | {"invoiced": None}, False),
        ({"closed": True, "invoiced": None}, False),
    ],
)
def test_billable_figures_that_may_still_change_are_marked(reader_client, target, config, known, open_bill):
    services.store_usage(config, UsageRecord("0001", date(2026, 9, 1), total_sms=9, **known), AT)
    body = reader_client.get(PANEL).content.decode()
    assert ("billable: 7" in body) == known.get("billable_available", False)
    assert ("not invoiced yet" in body) == open_bill


@pytest.mark.parametrize(
    ("known", "today", "offered"),
    [
        (date(2026, 10, 27), "2026-11-23", ["2026-09-27", "2026-08-27", "2026-07-27", "2026-06-27"]),
        (date(2026, 9, 27), "2026-11-27", ["2026-10-27", "2026-09-27", "2026-08-27", "2026-07-27"]),
        (date(2025, 12, 1), "2026-01-31", ["2025-12-01", "2025-11-01", "2025-10-01", "2025-09-01"]),
        (date(2026, 11, 24), "2026-11-23", ["2026-10-24", "2026-09-24", "2026-08-24", "2026-07-24"]),
    ],
)
def test_earlier_cycles_are_offered_from_any_known_one(
    reader_client, target, config, time_machine, known, today, offered
):
    services.store_usage(config, UsageRecord("0001", known, closed=True), AT)
    time_machine.move_to(f"{today}T12:00:00Z")
    body = reader_client.get(PANEL).content.decode()
    assert [line.split('"')[0] for line in body.split('name="cycleStartDate" value="')[1:]] == offered


def sent(client, operation_id: str, **values) -> str:
    """What htmx puts into the page after a form was sent."""
    headers = {"hx-request": "true", "hx-target": "sim-data-meterco"}
    return client.post(f"{PANEL}operations/{operation_id}/", values, headers=headers).content.decode()


def key_in(page: str, operation_id: str) -> str:
    return re.search(rf'id="id_meterco_{operation_id}_form_key"[^>]*value="([^"]+)"', page).group(1)


def test_a_sent_form_leaves_the_others_alone_and_gets_a_new_key(target, work, operator_client, later):
    page = operator_client.get(PANEL).content.decode()
    first = re.search(r'name="form_key" value="([^"]+)" id="id_meterco_sms_form_key"', page).group(1)
    answer = sent(operator_client, "sms", message="one", form_key=first)
    assert "<textarea" not in answer
    second = key_in(answer, "sms")
    assert second != first
    work()
    later(seconds=5)
    work()
    sent(operator_client, "sms", message="two", form_key=second)
    assert list(Operation.objects.order_by("pk").values_list("parameters__message", flat=True)) == ["one", "two"]


def test_polling_leaves_the_keys_alone(target, operator_client):
    assert "form_key" not in part(operator_client, "sim-data-meterco")


def test_a_form_that_still_waits_for_its_plans_can_take_a_fresh_key(target, config, operator_client):
    plans.ask(config)
    page = operator_client.get(PANEL).content.decode()
    assert "are being listed" in page
    key = re.search(r'name="form_key" value="([^"]+)" id="id_meterco_sms_form_key"', page).group(1)
    answer = sent(operator_client, "sms", message="one", form_key=key)
    fresh = set(re.findall(r'id="(id_\w+_form_key)"', answer))
    assert fresh
    assert fresh <= set(re.findall(r'id="(id_\w+_form_key)"', page))


# --- What others change ---------------------------------------------------------------------------------------------


def asks_again(page: str) -> str:
    """The address that the open part asks for by itself."""
    return re.search(r'id="sim-data-meterco" hx-get="([^"]+)"', page).group(1)


def again(client, address: str):
    return client.get(address, headers={"hx-request": "true", "hx-target": "sim-data-meterco"})


def test_an_open_panel_is_left_alone_until_something_is_new(target, config, reader_client):
    services.store_record(config, SimRecord("0001", state="Activated"), AT)
    address = asks_again(reader_client.get(PANEL).content.decode())
    same = again(reader_client, address)
    assert (same.status_code, same.content) == (204, b"")
    services.store_record(config, SimRecord("0001", state="Retired"), AT + timedelta(seconds=1))
    new = again(reader_client, address).content.decode()
    assert "Retired" in new
    assert again(reader_client, asks_again(new)).status_code == 204


@pytest.mark.parametrize("what", ["operation", "outcome", "usage", "missing", "health", "report"])
def test_whatever_the_part_shows_is_new_when_it_changes(what, target, config, source, work, reader_client):
    spec = {each.id: each for each in operations.of(target.manifest.provider, {})}
    if what == "outcome":
        asking.ask(target, spec["sms"], {"message": "hello"}, source)
    address = asks_again(reader_client.get(PANEL).content.decode())
    changes = {
        "operation": lambda: asking.ask(target, spec["sms"], {"message": "hello"}, source),
        "outcome": work,
        "usage": lambda: services.store_usage(config, UsageRecord("0001", date(2026, 10, 1)), AT),
        "missing": lambda: services.note_missing(config, "0001", AT),
        "health": lambda: ExtensionConfig.objects.update(health=Health.UNREACHABLE),
        "report": lambda: reports.receive(config, [InboundRecord("key", payload_of(SimReport("0001")))]),
    }
    assert again(reader_client, address).status_code == 204
    changes[what]()
    assert again(reader_client, address).status_code == 200


def test_it_asks_more_often_while_a_report_waits_and_says_so(target, config, reader_client):
    assert 'hx-trigger="every 5s"' in reader_client.get(PANEL).content.decode()
    reports.receive(config, [InboundRecord("key", payload_of(SimReport("0001")))])
    page = reader_client.get(PANEL).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "the carrier reported something, so it is read again" in page


def test_a_message_from_the_sim_is_no_news_of_the_sim(target, config, provider, reader_client, monkeypatch):
    monkeypatch.setattr(type(provider), "supports", provider.supports | {"replies"})
    reports.want_replies(config, "0001")
    assert "the carrier reported something" not in reader_client.get(PANEL).content.decode()


def test_while_nothing_is_asked_of_the_carrier_the_panel_asks_nothing(target, config, source, reader_client):
    configurations.pause(config, source)
    assert "hx-trigger" not in reader_client.get(PANEL, headers={"HX-Request": "true"}).content.decode()
