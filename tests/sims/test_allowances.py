"""What rate plans include: typed by operators, seen by everybody, compared with by nobody else's devices."""

import html
import re
from dataclasses import replace

import pytest

from extensions.core import registry
from extensions.sims import services
from extensions.sims.allowances import change, plans_of
from extensions.sims.contract import PlanList, SimRecord
from extensions.sims.models import PlanAllowance
from iotdash.audit.models import ActivityEntry
from tests.extensions.meterco import Scripted
from tests.sims.test_usage_panel import MB, NOON


@pytest.fixture
def plans(config) -> None:
    services.store_plans(config, PlanList(("Large", "Small")), NOON)
    services.store_record(config, SimRecord("0001", rate_plan="Small"), NOON)
    services.store_record(config, SimRecord("0002", rate_plan="Old & <odd>"), NOON)


@pytest.fixture
def path(config) -> str:
    return f"/abc123/extensions/{config.pk}/allowances/"


def fields(page: str) -> dict[str, str]:
    """Label → name of the field."""
    found = re.findall(r'<label for="id_(plan_\w+)">(.*?)<', page)
    return {html.unescape(label): name for name, label in found}


def form_of(page: str, **typed: str) -> dict[str, str]:
    """What a browser sends of the page's form, with these amounts typed by plan."""
    inputs = re.findall(r"<input[^>]+>", page.partition('id="allowances"')[2].partition("</form>")[0])
    read = [(re.search(r'name="([^"]+)"', each), re.search(r'value="([^"]*)"', each)) for each in inputs]
    values = {name.group(1): value.group(1) if value else "" for name, value in read if name}
    names = fields(page)
    return values | {names[plan]: amount for plan, amount in typed.items()}


def stored() -> dict[str, int]:
    return dict(PlanAllowance.objects.values_list("rate_plan", "data_bytes"))


def test_every_plan_of_the_account_has_a_field(plans, path, operator_client):
    page = operator_client.get(path).content.decode()
    assert list(fields(page)) == ["Large", "Old & <odd>", "Small"]
    assert re.findall(r'data-label="SIMs">(\d+)</td>', page) == ["0", "1", "1"]


def test_operators_type_what_plans_include(plans, path, operator_client):
    form = form_of(operator_client.get(path).content.decode(), Small="0.5", Large="500")
    answer = operator_client.post(path, form, follow=True)
    assert "The allowances are saved." in answer.content.decode()
    assert stored() == {"Small": MB // 2, "Large": 500 * MB}
    shown = form_of(answer.content.decode())
    assert sorted(value for name, value in shown.items() if name.startswith("plan_")) == ["", "0.5", "500"]
    entries = ActivityEntry.objects.filter(action="allowance changed").order_by("target")
    assert [(each.target, each.details["before"], each.details["now"]) for each in entries] == [
        ("Large", "not known", "500 MB"), ("Small", "not known", "0.5 MB"),
    ]  # fmt: skip


def test_zero_is_an_allowance_and_nothing_is_none(plans, path, config, source, operator_client):
    change(config, {"Small": 5 * MB, "Large": 5 * MB}, source)
    operator_client.post(path, form_of(operator_client.get(path).content.decode(), Small="0", Large=""))
    assert stored() == {"Small": 0}


def test_what_somebody_else_typed_meanwhile_is_kept(plans, path, config, source, operator_client):
    page = operator_client.get(path).content.decode()
    change(config, {"Small": 7 * MB}, source)
    services.store_plans(config, PlanList(("Extra", "Large", "Small")), NOON)
    operator_client.post(path, form_of(page, Large="9"))
    assert stored() == {"Small": 7 * MB, "Large": 9 * MB}


def test_saving_without_a_change_records_nothing(plans, path, config, source, operator_client):
    change(config, {"Small": 7 * MB}, source)
    answer = operator_client.post(path, form_of(operator_client.get(path).content.decode()), follow=True)
    assert "Nothing changed." in answer.content.decode()
    assert ActivityEntry.objects.filter(action="allowance changed").count() == 1


@pytest.mark.parametrize("typed", ["-1", "lots", "1.2345", "1e30", "999999999"])
def test_an_amount_that_is_none_is_refused_with_what_was_typed(plans, path, operator_client, typed):
    answer = operator_client.post(path, form_of(operator_client.get(path).content.decode(), Small=typed, Large="3"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Type an amount in MB, as 500 or 0.5; 0 if the plan includes none." in page
    assert f'value="{typed}"' in page
    assert re.search(r'<a href="#id_plan_\w+">Small</a>: Type an amount', page)
    assert stored() == {}


def test_readers_see_and_do_not_change(plans, path, config, source, reader_client, operator_client):
    change(config, {"Small": 500 * MB}, source)
    page = reader_client.get(path).content.decode()
    assert "<form method" not in page.partition("<h1")[2]
    assert "Changing allowances needs the role Operator." in page
    assert re.search(r"Small</th><td class=\"num\">1</td><td class=\"num\">500</td>", page)
    form = form_of(operator_client.get(path).content.decode(), Small="1")
    assert reader_client.post(path, form).status_code == 403
    assert stored() == {"Small": 500 * MB}


def test_before_any_plan_is_known_it_says_so(path, operator_client):
    assert "No rate plans yet" in operator_client.get(path).content.decode()


def test_a_long_name_is_that_of_the_sims(config):
    services.store_plans(config, PlanList(("P" * 200,)), NOON)
    services.store_record(config, SimRecord("0001", rate_plan="P" * 200), NOON)
    assert [(len(plan.name), plan.sims) for plan in plans_of(config)] == [(120, 1)]


def test_only_carriers_have_such_a_page(config, carrier, path, reader_client, monkeypatch):
    monkeypatch.setitem(registry._manifests, carrier.slug, replace(carrier, capability="ledgers"))
    assert reader_client.get(path).status_code == 404


def test_the_configurations_page_leads_to_it(config, path, reader_client, monkeypatch):
    monkeypatch.setattr(Scripted, "supports", Scripted.supports | {"inventory"})
    assert f'href="{path}"' in reader_client.get(f"/abc123/extensions/{config.pk}/").content.decode()


@pytest.mark.parametrize("lacks", ["rate_plan", "ctd_data_bytes"])
def test_a_carrier_without_plans_or_usage_has_no_allowances(config, path, reader_client, monkeypatch, lacks):
    monkeypatch.setattr(Scripted, "supports", Scripted.supports | {"inventory"})
    monkeypatch.setattr(Scripted, "tells", Scripted.tells - {lacks})
    assert reader_client.get(path).status_code == 404
    page = reader_client.get(f"/abc123/extensions/{config.pk}/").content.decode()
    assert "SIMs of the account" in page
    assert path not in page
