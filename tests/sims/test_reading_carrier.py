"""A carrier that only reads, and tells other things than most: what it lacks is absent, not empty."""

from datetime import UTC, datetime

import pytest

from extensions.core import registry
from extensions.core.models import Operation
from extensions.sims import operations, services
from extensions.sims.contract import LocationStatus, Part, SimRecord
from extensions.sims.models import Sim
from tests.extensions import meterco

PANEL = "/abc123/devices/pump/p1/extensions/meterco/"
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 12, tzinfo=UTC)
STATES = frozenset({"state", "state_changed_at", "state_refreshed_at", "requested_state", "state_requested_at"})
PLACES = frozenset({"iccid", "location_status", "located_at", "location_accuracy", "latitude", "longitude"})
WHOLE = frozenset({Part.STATE, Part.DETAILS})
RECORD = SimRecord(
    "0001",
    state="Activated",
    state_changed_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    state_refreshed_at=datetime(2026, 10, 31, 3, 10, tzinfo=UTC),
    requested_state="Suspended",
    state_requested_at=datetime(2026, 11, 1, 8, tzinfo=UTC),
    iccid="89330199000000000120",
    location_status=LocationStatus.LOCATED.value,
    located_at=datetime(2026, 10, 30, 7, tzinfo=UTC),
    location_accuracy="500 m",
    latitude=48.85661,
    longitude=2.35222,
    parts=WHOLE,
)
LACKING = ("Rate plan", "Month-to-date", "Overage", "Date added", "IMEI", "Send SMS", "Get usage", "usage", "Change")


class Reading(meterco.Scripted):
    supports = frozenset({"terminal"})
    tells = STATES | PLACES
    subject_name = "chip"

    def record(self, context, subject):
        return self._next("record", RECORD)


@pytest.fixture
def provider(monkeypatch):
    carrier = Reading()
    monkeypatch.setitem(registry._manifests, "meterco", meterco.manifest(carrier))
    return carrier


@pytest.fixture
def panel(target, reader_client):
    return lambda: reader_client.get(PANEL).content.decode()


def test_the_panel_has_what_it_tells_and_nothing_else(config, panel):
    services.store_record(config, RECORD, AT)
    page = panel()
    body = page[page.index("sim-panel-meterco") : page.index("</main>")]
    for shown in ("Chip number", "Activation status", "Last status change", "Last status refresh", "Location status"):
        assert shown in body
    assert "change to Suspended requested" in body
    assert "1 Mar 2026" in body
    assert "89330199000000000120" in body
    assert "at 48.85661, 2.35222, within 500 m" in body
    assert [word for word in LACKING if word in body] == []


def test_a_carrier_of_the_usual_kind_has_no_row_of_the_others(monkeypatch, config, panel):
    monkeypatch.setattr(Reading, "tells", meterco.Scripted.tells)
    page = panel()
    assert "Rate plan" in page
    assert [word for word in ("Location status", "Activation status", "ICCID") if word in page] == []


@pytest.mark.parametrize("status", [each for each in LocationStatus if each is not LocationStatus.LOCATED])
def test_a_sim_that_is_nowhere_has_no_place(config, panel, status):
    services.store_record(config, SimRecord("0001", location_status=status.value, parts=WHOLE), AT)
    page = panel()
    assert status.value in page
    assert "within " not in page


def test_what_a_list_says_leaves_the_place_alone_and_the_panel_says_its_age(config, panel):
    services.store_record(config, RECORD, AT)
    services.store_record(config, SimRecord("0001", state="Cancelled", parts=frozenset({Part.STATE})), LATER)
    sim = Sim.objects.get(subject="0001")
    assert (sim.state, sim.requested_state, sim.latitude, sim.details_at) == ("Cancelled", None, 48.85661, AT)
    assert "details " in panel()


def test_an_operation_that_it_lacks_is_nowhere(target, provider, owner_client):
    assert [spec.id for spec in operations.of(provider, {})] == ["terminal"]
    for name in ("usage", "sms", "status", "rateplan", "rateplans"):
        address = f"{PANEL}operations/{name}/"
        assert owner_client.get(address).status_code == owner_client.post(address).status_code == 404
    assert not Operation.objects.exclude(operation_id="terminal").exists()


def test_the_result_of_a_refresh_names_what_it_tells(target, work, operator_client):
    operator_client.post(f"{PANEL}operations/terminal/")
    operation = work()
    assert (operation.state, operation.result) == (
        "confirmed",
        {
            "chip": "0001",
            "status": "Activated",
            "lastStatusChange": "2026-03-01T09:30:00+00:00",
            "lastStatusRefresh": "2026-10-31T03:10:00+00:00",
            "requestedStatus": "Suspended",
            "statusChangeRequest": "2026-11-01T08:00:00+00:00",
            "iccid": "89330199000000000120",
            "locationStatus": "Located",
            "locatedAt": "2026-10-30T07:00:00+00:00",
            "locationAccuracy": "500 m",
            "latitude": 48.85661,
            "longitude": 2.35222,
        },
    )
    [spec] = operations.of(target.manifest.provider, {})
    assert set(spec.result["properties"]) == set(operation.result)
