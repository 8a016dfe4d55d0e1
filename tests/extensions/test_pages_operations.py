"""Asking for operations by forms, and the pages that say what became of them."""

from uuid import uuid4

import pytest

from extensions.core import health, queries, registry
from extensions.core.contract import AuthRejected, Refused
from extensions.core.forms import operation_form
from extensions.core.models import Operation
from extensions.core.services import configurations, operations
from iotdash.audit.models import ActivityEntry

pytestmark = pytest.mark.slow

DEVICE = "/abc123/devices/pump/p1/"
PANEL = f"{DEVICE}extensions/meterco/"
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "panel-meterco"}


def ask(client, name, headers=None, **data):
    return client.post(f"{PANEL}operations/{name}/", {"form_key": str(uuid4()), **data}, **(headers or {}))


@pytest.fixture
def queued(target, carrier, source):
    spec = registry.operation(carrier, "status")
    return operations.ask(target, spec, {"status": "Activated"}, source)


def test_asking_leads_back_to_the_panel(operator_client, target):
    response = ask(operator_client, "status", status="Activated")
    assert response.url == PANEL
    operation = Operation.objects.get()
    assert (operation.parameters, operation.asked_by) == ({"status": "Activated"}, "operator@example.com")
    assert ActivityEntry.objects.filter(action="operation asked").exists()


def test_asking_by_htmx_renders_the_panel(operator_client, target):
    body = ask(operator_client, "status", HTMX, status="Activated").content.decode()
    assert 'id="panel-meterco"' in body
    assert "<html" not in body


def test_form_sent_twice_asks_once(operator_client, target):
    key = str(uuid4())
    for _ in range(2):
        ask(operator_client, "status", status="Activated", form_key=key)
    assert Operation.objects.count() == 1


def test_write_without_a_form_key_is_invalid(operator_client, target):
    response = operator_client.post(f"{PANEL}operations/status/", {"status": "Activated"})
    assert response.status_code == 422
    assert not Operation.objects.exists()


def test_wrong_parameter_comes_back_with_the_form(operator_client, target):
    response = ask(operator_client, "status", status="Nonsense")
    assert response.status_code == 422
    assert "<form" in response.content.decode()
    assert not Operation.objects.exists()


def test_wrong_date_comes_back_with_the_form(reader_client, target):
    assert ask(reader_client, "usage", cycleStartDate="31.12.2025").status_code == 422


def test_a_message_is_as_long_as_its_configuration_allows(operator_client, target, config):
    config.settings |= {"user": "brief"}
    config.save(update_fields=["settings"])
    assert "Up to 10 characters" in operator_client.get(PANEL).content.decode()
    assert ask(operator_client, "sms", message="x" * 11).status_code == 422
    assert ask(operator_client, "sms", message="x" * 10).status_code == 302


def test_what_makes_several_of_a_message_is_said_before_it_is_sent(operator_client, target):
    for path in (PANEL, f"{PANEL}operations/sms/"):
        assert "160 characters, or 70" in operator_client.get(path).content.decode()


def test_invalid_form_takes_the_place_of_the_panel(operator_client, target):
    response = ask(operator_client, "status", HTMX, status="")
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#panel-meterco", "outerHTML")
    assert "Back to the panel" in response.content.decode() or "Cancel" in response.content.decode()


def test_reader_may_read_but_not_write(reader_client, target):
    assert ask(reader_client, "terminal").status_code == 302
    assert ask(reader_client, "status", status="Activated").status_code == 403


def test_form_has_a_page_of_its_own(operator_client, target):
    body = operator_client.get(f"{PANEL}operations/sms/").content.decode()
    assert 'name="form_key"' in body
    assert 'name="message"' in body


def test_unknown_operation_is_not_found(operator_client, target):
    assert operator_client.get(f"{PANEL}operations/nothing/").status_code == 404


def test_what_cannot_be_undone_is_confirmed_first(operator_client, target):
    key = str(uuid4())
    first = ask(operator_client, "status", status="Retired", form_key=key)
    assert first.status_code == 200
    assert "Do you mean it?" in first.content.decode()
    assert 'value="Retired"' in first.content.decode()
    wrong = ask(operator_client, "status", status="Retired", form_key=key, confirm="p2")
    assert wrong.status_code == 422
    assert not Operation.objects.exists()
    assert ask(operator_client, "status", status="Retired", form_key=key, confirm="p1").status_code == 302
    assert Operation.objects.get().parameters == {"status": "Retired"}


def test_second_write_is_refused_with_a_link(operator_client, queued):
    response = ask(operator_client, "status", status="Deactivated")
    assert response.status_code == 409
    assert f"/abc123/extensions/operations/{queued.public_id}/" in response.content.decode()


def test_paused_extension_is_not_asked(operator_client, target, config, source):
    configurations.pause(config, source)
    response = ask(operator_client, "status", status="Activated")
    assert response.status_code == 409
    assert "is paused by owner@example.com" in response.content.decode()


def test_extension_that_needs_attention_is_not_asked(operator_client, target, config):
    health.note_failure(config, AuthRejected("The key has expired."))
    assert ask(operator_client, "terminal").status_code == 409


def test_form_gives_typed_parameters(carrier):
    spec = registry.operation(carrier, "sms")
    key = uuid4()
    form = operation_form(spec, {"form_key": str(key), "message": "Hello"})
    assert form.is_valid()
    assert (form.parameters, form.key) == ({"message": "Hello"}, key)
    assert operation_form(spec)["form_key"].value() != operation_form(spec)["form_key"].value()


# --- What became of it ------------------------------------------------------------------------------------------------


def page_of(operation):
    return f"/abc123/extensions/operations/{operation.public_id}/"


def test_page_refreshes_itself_until_it_is_settled(reader_client, queued, work):
    assert "every 2s" in reader_client.get(page_of(queued)).content.decode()
    Operation.objects.update(settled_at=queued.asked_at, state="confirmed")
    assert "every 2s" not in reader_client.get(page_of(queued)).content.decode()


def test_page_says_who_what_and_when(reader_client, queued):
    body = reader_client.get(page_of(queued)).content.decode()
    assert "owner@example.com" in body
    assert "Activated" in body
    assert "Queued" in body
    assert "p1" in body


def test_page_of_a_refusal_has_the_providers_words(reader_client, queued, provider, work):
    provider.will["set_state"] = [Refused("It may not.", code="400100", words="Transition <not> allowed")]
    work()
    body = reader_client.get(page_of(queued)).content.decode()
    assert "Transition &lt;not&gt; allowed" in body
    assert "400100" in body


def test_cancel_while_it_is_queued(operator_client, queued):
    assert "Cancel" in operator_client.get(page_of(queued)).content.decode()
    operator_client.post(f"{page_of(queued)}cancel/")
    queued.refresh_from_db()
    assert queued.state == "cancelled"
    assert ActivityEntry.objects.filter(action="operation cancelled").exists()


def test_too_late_to_cancel(operator_client, queued):
    Operation.objects.update(state="sent", sent_at=queued.asked_at)
    body = operator_client.post(f"{page_of(queued)}cancel/", follow=True).content.decode()
    assert "Too late to cancel" in body


def test_reader_may_not_cancel(reader_client, queued):
    assert reader_client.post(f"{page_of(queued)}cancel/").status_code == 403
    assert ">Cancel</button>" not in reader_client.get(page_of(queued)).content.decode()


def test_operation_of_another_organization_is_not_found(other_owner_client, queued):
    path = f"/xyz789/extensions/operations/{queued.public_id}/"
    assert other_owner_client.get(path).status_code == 404
    assert other_owner_client.post(f"{path}cancel/").status_code == 404


@pytest.mark.parametrize(
    "query", ["", "?state=queued", "?operation=status", "?q=p1", "?q=0001", "?by=owner@example.com"]
)
def test_list_finds(reader_client, queued, query):
    assert page_of(queued) in reader_client.get(f"/abc123/extensions/operations/{query}").content.decode()


@pytest.mark.parametrize("query", ["?state=failed", "?operation=sms", "?q=x", "?by=nobody"])
def test_list_leaves_out(reader_client, queued, query):
    body = reader_client.get(f"/abc123/extensions/operations/{query}").content.decode()
    assert page_of(queued) not in body
    assert "Nothing matches" in body


@pytest.mark.parametrize("query", ["?state=wrong", "?configuration=999", "?nothing=1", "?cursor=x"])
def test_list_refuses_what_it_does_not_know(reader_client, queued, query):
    assert reader_client.get(f"/abc123/extensions/operations/{query}").status_code == 400


def test_list_has_pages(reader_client, target, carrier, source):
    spec = registry.operation(carrier, "usage")
    for number in range(1, 28):
        operations.ask(target, spec, {"cycleStartDate": f"2026-01-{number:02}"}, source)
    body = reader_client.get("/abc123/extensions/operations/?size=25").content.decode()
    assert "27 operations" in body
    assert 'rel="next"' in body


def test_list_is_of_one_organization(other_owner_client, queued):
    assert str(queued.public_id) not in other_owner_client.get("/xyz789/extensions/operations/").content.decode()


def test_a_search_is_for_the_beginning_as_it_is_written(target, source, organization):
    asked = operations.ask(target, registry.operation(target.manifest, "terminal"), {}, source)
    Operation.objects.filter(pk=asked.pk).update(device_id_copy="Pump-1")
    found = {prefix: queries.operations(organization, prefix).count() for prefix in ("Pump-", "pump", "Q", "P")}
    assert found == {"Pump-": 1, "pump": 0, "Q": 0, "P": 1}, "also where the database sorts as a language does"
