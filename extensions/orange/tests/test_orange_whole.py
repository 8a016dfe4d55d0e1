# ruff: noqa: F811 - fixtures of the cast, asked for by their names
"""The whole way in the database: proved, synchronised, configured on a device, refreshed, shown, out of calls.

Every reply has both unlock codes of its SIMs, and they are looked for everywhere.
"""

import json
import logging
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import pytest
from django.apps import apps
from django.urls import reverse
from orange_spec import CREDENTIALS, ICCID, OTHER, PUKS, SERIAL, C, V, answer, entry, fault, found, listed, position
from werkzeug import Response

from extensions.core import lanes
from extensions.core.models import ConnectionCheck, Exchange, ExtensionConfig, Operation
from extensions.core.services import configurations, connection_checks, device_configuration, recovery
from extensions.orange.directory import GET, SEARCH
from extensions.orange.manifest import MANIFEST
from extensions.sims.models import Sim, Synchronisation
from tests.cast import DeviceFactory, DeviceTypeFactory, cast, fast_passwords, organization, owner, owner_client, source  # noqa: F401
from tests.extensions.conftest import later, messages  # noqa: F401

pytestmark = pytest.mark.django_db
PANEL = "/abc123/devices/tracker/t1/extensions/orange/"
PENDING = """<ns3:requestedStatus>SUSPENDED</ns3:requestedStatus>
  <ns3:lastStatusChangeDate>2026-02-01T09:30:00.000+01:00</ns3:lastStatusChangeDate>"""
HERE = entry(SERIAL, sim=PENDING, more=position())
NEXT_MONTH = datetime(2026, 11, 30, 23, tzinfo=UTC)


def told(asked: Element) -> str:
    if asked.tag.endswith("searchInConnectivityDirectory"):
        return listed(HERE, entry(OTHER), total=2)
    serials = {each.text for each in asked.iter(f"{C}simSerialNumber")}
    return found(*([HERE] if SERIAL in serials else []), unknown=sorted(serials - {SERIAL}))


@pytest.fixture
def wire(orange):
    """An account that lists two SIMs and knows one; `wire(None)` has no calls left, `wire(text)` says just that."""

    def says(text: str | None = "") -> None:
        def reply() -> Response:
            if text is None:
                return answer(fault("MLM_QUOTA_EXCEEDED", "Quota mensuel dépassé"), 500)
            return answer(text or told(orange.asked[-1]))

        orange.answers = [reply]

    says()
    return says


@pytest.fixture
def config(wire, httpserver, organization, source, later, time_machine):
    time_machine.move_to("2026-11-20T10:00:00Z", tick=False)
    settings = {**CREDENTIALS, "base_url": httpserver.url_for("")}
    check = connection_checks.ask(organization, MANIFEST, settings, source)
    lanes.run(check.lane_id)
    assert ConnectionCheck.objects.get().state == "proved"
    return configurations.add(organization, MANIFEST, "Orange France", settings, source)


@pytest.fixture
def device(config, organization, source):
    kind = DeviceTypeFactory(organization=organization, type_id="tracker")
    made = DeviceFactory(organization=organization, device_type=kind, device_id="t1")
    document = json.dumps({"orange": {"serialnumber": SERIAL}})
    device_configuration.confirm(made, document, 0, source)
    return made


@pytest.fixture
def run(config):
    def until_nothing_is_due() -> ExtensionConfig:
        for _ in range(6):
            lanes.run(ExtensionConfig.objects.get(pk=config.pk).lane_id)
        return ExtensionConfig.objects.select_related("lane").get(pk=config.pk)

    return until_nothing_is_due


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
    answers = [client.get(address) for address in addresses]
    assert {each.status_code for each in answers} == {200}
    return "\n".join(each.content.decode() for each in answers)


def test_unlock_codes_are_nowhere_but_on_the_wire(config, device, run, wire, owner_client, caplog, later):
    caplog.set_level(logging.DEBUG)
    run()
    owner_client.post(f"{PANEL}operations/terminal/")
    run()
    for broken in (found(HERE)[:900], found(HERE).replace("</soap:Body>", "")):
        wire(broken)
        owner_client.post(f"{PANEL}operations/terminal/")
        later(minutes=10)
        run()
    assert Sim.objects.get(subject=SERIAL).state == "Activated"
    assert Exchange.objects.filter(failed=False).count() > 3
    results = [operation.result for operation in Operation.objects.filter(state="confirmed")]
    assert results[0]["status"] == "Activated"
    bundle = owner_client.post(
        reverse("extensions:diagnostics_bundle", kwargs={"org": "abc123", "config_id": config.pk})
    )
    told = "\n".join([everything_stored(), pages(owner_client, config), str(results), caplog.text])
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


def test_opening_pages_asks_orange_nothing(config, device, run, orange, owner_client):
    run()
    before = len(orange.requests)
    pages(owner_client, config)
    assert len(orange.requests) == before


def test_calls_of_this_month_are_shown_beside_the_quota(config, device, run, orange, owner_client):
    run()
    page = owner_client.get(f"/abc123/extensions/{config.pk}/").content.decode()
    assert f"{len(orange.requests)} of 1,003" in page


def test_a_spent_quota_stops_the_lane_until_the_month_begins_in_paris(
    config, device, run, wire, orange, owner_client, time_machine
):
    run()
    wire(None)
    owner_client.post(f"{PANEL}operations/terminal/")
    after = run()
    assert (after.health, after.lane.block, after.lane.blocked_until) == ("quota spent", "quota spent", NEXT_MONTH)
    assert "until 1 December 2026" in after.health_reason
    assert Operation.objects.latest("pk").state == "failed"
    page = owner_client.get(f"/abc123/extensions/{config.pk}/").content.decode()
    assert "until 1 December 2026" in page
    assert owner_client.post(f"{PANEL}operations/terminal/").status_code == 409

    before = len(orange.requests)
    time_machine.move_to("2026-11-30T22:59:00Z", tick=False)
    recovery.ask_again()
    lanes.wake_due()
    run()
    assert len(orange.requests) == before

    wire()
    time_machine.move_to("2026-11-30T23:00:01Z", tick=False)
    recovery.ask_again()
    assert run().health == "connected"
    assert len(orange.requests) > before
