"""The whole way in the database: proved, synchronised, configured on a device, refreshed, shown.

Every reply has both unlock codes of its SIMs, and they are looked for everywhere.
"""

import logging
from html import unescape

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from orange_account import HERE, PANEL
from orange_spec import ICCID, PUKS, SERIAL, V, fault, found

from extensions.core import registry
from extensions.core.models import Exchange, Operation
from extensions.orange.directory import GET, SEARCH
from extensions.orange.manifest import MANIFEST
from extensions.sims.models import Sim, Synchronisation

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def everything_stored() -> str:
    return "\n".join(str(list(model.objects.values())) for model in apps.get_models())


def pages(client, config) -> str:
    names = ("configuration", "diagnostics", "credentials")
    where = {"org": "abc123", "config_id": config.pk}
    addresses = [reverse(f"extensions:{name}", kwargs=where) for name in names]
    exchanges = Exchange.objects.values_list("pk", flat=True)
    addresses += [reverse("extensions:exchange", kwargs=where | {"exchange_id": pk}) for pk in exchanges]
    operations = Operation.objects.values_list("public_id", flat=True)
    addresses += [reverse("extensions:operation", kwargs={"org": "abc123", "operation_id": pk}) for pk in operations]
    addresses += [PANEL, "/abc123/devices/tracker/t1/", "/abc123/devices/", "/abc123/extensions/", "/abc123/activity/"]
    addresses += ["/abc123/", "/abc123/sims/"]
    addresses += [f"/abc123/sims/{pk}/" for pk in Sim.objects.values_list("pk", flat=True)]
    answers = [client.get(address) for address in addresses]
    assert {each.status_code for each in answers} == {200}
    return "\n".join(each.content.decode() for each in answers)


def support_pages(client) -> str:
    """Lists and rows of every model of ours that support staff see."""
    models = [each for each in admin.site._registry if each._meta.app_label in ("extensions", "sims", "audit")]
    addresses = [f"/admin/{each._meta.app_label}/{each._meta.model_name}/" for each in models]
    rows = zip(addresses, models, strict=True)
    addresses += [f"{address}{row.pk}/change/" for address, each in rows for row in each.objects.all()]
    answers = [client.get(address) for address in addresses]
    assert {each.status_code for each in answers} == {200}
    return "\n".join(each.content.decode() for each in answers)


QUOTING = fault("REQ.SCHEMA_VALIDATION_ERROR", f"cvc-type: '{PUKS[0]}' of puk1, {PUKS[1]} of puk2")
BROKEN = (
    found(HERE)[:900],
    found(HERE).replace("</soap:Body>", ""),
    QUOTING,
    f"<html><body>{found(HERE)}</body></html>",
    found(HERE).replace("webservice.malima", "another.malima"),
)


def test_unlock_codes_are_nowhere_but_on_the_wire(
    config, device, run, wire, owner_client, support_client, caplog, later
):
    caplog.set_level(logging.DEBUG)
    run()
    owner_client.post(f"{PANEL}operations/sim/")
    run()
    for broken in BROKEN:
        wire(broken)
        owner_client.post(f"{PANEL}operations/sim/")
        later(minutes=10)
        run()
    assert Sim.objects.get(subject=SERIAL).state == "Activated"
    assert Exchange.objects.filter(failed=False).count() > 3
    results = [operation.result for operation in Operation.objects.filter(state="confirmed")]
    assert results[0]["activationStatus"] == "Activated"
    bundle = owner_client.post(
        reverse("extensions:diagnostics_bundle", kwargs={"org": "abc123", "config_id": config.pk})
    )
    shown = [pages(owner_client, config), support_pages(support_client)]
    assert "REQ.SCHEMA_VALIDATION_ERROR" in shown[0]
    told = "\n".join([everything_stored(), *shown, str(results), caplog.text])
    assert [puk for puk in PUKS if puk in told or puk.encode() in bundle.content] == []


def test_every_sim_of_the_account_is_known_and_read_in_batches(config, device, run, orange):
    run()
    here, gone = Sim.objects.order_by("subject")
    assert (here.state, here.requested_state, here.iccid, here.device) == ("Activated", "Suspended", ICCID, device)
    assert (here.location_status, here.latitude, here.location_accuracy) == ("Located", 48.85661, "500 m")
    assert gone.missing_since, "the list had it, and its details were unknown"
    assert Synchronisation.objects.get().inventory_at
    asked = [each.tag.removeprefix(V) for each in orange.asked]
    # First the device's, then what else there is.
    assert asked == [SEARCH, SEARCH, GET, GET]


def test_the_panel_shows_what_orange_tells_and_no_form_but_refresh(config, device, run, owner_client):
    run()
    page = owner_client.get(PANEL).content.decode()
    for shown in ("SIM serial number", SERIAL, "change to Suspended requested", "Location status", "within 500 m"):
        assert shown in page
    body = page[page.index("sim-panel-orange") :]
    assert body.count("<form") == 1
    assert [word for word in ("usage", "SMS", "Rate plan", "Change activation state") if word in body] == []


def test_what_orange_lacks_is_absent_everywhere(config, device, run, owner_client):
    run()
    sim = Sim.objects.get(subject=SERIAL)
    page = owner_client.get(f"/abc123/extensions/{config.pk}/").content.decode()
    card = page[page.index('id="capability-card"') :]
    card = card[: card.index("</section>")]
    assert [word for word in ("Allowances", "Messages", "rate plan") if word in card] == []
    below = [f"/abc123/extensions/{config.pk}/{name}/" for name in ("allowances", "messages")]
    below += [f"/abc123/sims/{sim.pk}/messages/", f"{PANEL}messages/"]
    assert {owner_client.get(address).status_code for address in below} == {404}
    lacking = ("usage", "status", "sms", "rateplan", "rateplans")
    asked = [owner_client.post(f"{PANEL}operations/{name}/") for name in lacking]
    asked += [owner_client.post(f"/abc123/sims/{sim.pk}/operations/{name}/") for name in lacking]
    assert {each.status_code for each in asked} == {404}
    assert set(Operation.objects.values_list("operation_id", flat=True)) <= {"sim"}
    overview = owner_client.get("/abc123/").content.decode()
    assert "SIMs by state and carrier" in overview
    assert [word for word in ("Data by rate plan", "Top consumers") if word in overview] == []


def test_the_editor_offers_the_serial_number_of_an_iccid(config, device, owner_client):
    document = f'{{"orange": {{"serialnumber": "{ICCID}"}}}}'
    typed = {"document": document, "version": device.configuration.version}
    response = owner_client.post("/abc123/devices/tracker/t1/configuration/", typed)
    body = unescape(response.content.decode())
    assert response.status_code == 422
    assert f'This is an ICCID. Its serial number is "{SERIAL}": type that instead.' in body
    assert document in body


def test_opening_pages_asks_orange_nothing(config, device, run, orange, owner_client):
    run()
    before = len(orange.requests)
    pages(owner_client, config)
    assert len(orange.requests) == before


def test_the_operation_and_its_result_have_the_names_of_the_api(config, device, run, owner_client):
    run()
    spec = registry.operation(MANIFEST, "sim")
    proposed = {"serialNumber", "activationStatus", "lastStatusChange", "lastStatusRefresh", "locationStatus"}
    assert proposed <= set(spec.result["properties"])
    answer = owner_client.get("/abc123/api/v0002/device/types/tracker/devices/t1/exts/orange/ops/sim")
    assert answer.status_code == 200
    result = answer.json()["result"]
    assert (result["serialNumber"], result["activationStatus"]) == (SERIAL, "Activated")
    assert result.keys() == spec.result["properties"].keys()
    assert f"/{PANEL.strip('/')}/operations/sim/" in owner_client.get(PANEL).content.decode()
