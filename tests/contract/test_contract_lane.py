"""The whole way in the database: added, checked, configured on a device, operated, shown. No secret on the way."""

import json
import logging
import re
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from extensions.core import lanes, tasks
from extensions.core.contract import Fault
from extensions.core.models import ConnectionCheck, DeviceConfiguration, ExtensionConfig, Operation, State
from extensions.core.services import configurations, connection_checks, device_configuration
from extensions.core.services import operations as asking
from extensions.core.targets import Target, of_device
from iotdash.audit.models import ActivityEntry
from iotdash.audit.services import Source
from tests.cast import DeviceFactory
from tests.contract.rehearsing import Running, leaks, operations, secrets_of

# One process runs them all, beside one sandbox.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("contract lane")]
STEP_SECONDS, MOST_STEPS = 30, 40


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """No broker, no pace: the tests run the lane themselves, and the sandbox has no limit."""
    monkeypatch.setattr(tasks.run_lane, "apply_async", lambda args, countdown=None: None)
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: None)


@pytest.fixture(autouse=True)
def no_synchronisation(monkeypatch):
    """Each operation alone: listing a fleet in between would only take time."""
    asked_for = [known for known in lanes.work._sources if known[0].rank < lanes.Purpose.SYNC.rank]
    monkeypatch.setattr(lanes.work, "_sources", asked_for)


@dataclass(frozen=True)
class Way:
    """An extension that is added and proved, and where its operations are asked."""

    running: Running
    config: ExtensionConfig
    source: Source

    def target(self, spec) -> Target:
        """A device of its own, configured for the example of the operation."""
        device = DeviceFactory(organization=self.config.organization)
        document = {self.running.manifest.device_key: dict(self.running.examples[spec.id].part)}
        other = DeviceConfiguration.objects.filter(document=document).first()
        if other is None:
            device_configuration.confirm(device, json.dumps(document), 0, self.source, refresh=False)
        return of_device(other.device if other else device)[0]

    def check(self) -> ConnectionCheck:
        settings = self.running.settings
        check = connection_checks.ask(
            self.config.organization, self.running.manifest, settings, self.source, self.config
        )
        lanes.run(check.lane_id)
        check.refresh_from_db()
        return check

    def run(self, operation: Operation) -> Operation:
        """Runs the lane until the operation is settled, while the service's clock goes on."""
        for _ in range(MOST_STEPS):
            Operation.objects.filter(settled_at=None).update(next_attempt_at=timezone.now())
            self.config.refresh_from_db()
            lanes.run(self.config.lane_id)
            operation.refresh_from_db()
            if operation.settled:
                break
            self.running.control.advance(STEP_SECONDS)
        return operation


@pytest.fixture
def way(manifest, fresh, organization, source) -> Way:
    check = connection_checks.ask(organization, manifest, fresh.settings, source)
    lanes.run(check.lane_id)
    check.refresh_from_db()
    assert check.state == ConnectionCheck.State.PROVED, check.sentence
    config = configurations.add(organization, manifest, "Rehearsal", fresh.settings, source)
    assert config.health == "connected"
    return Way(fresh, config, source)


def rows() -> list[str]:
    """Everything that is stored, as text."""
    models = (ExtensionConfig, ConnectionCheck, Operation, ActivityEntry, DeviceConfiguration)
    return [str(values) for model in models for values in model.objects.values()]


def test_an_operation_is_performed_through_the_lane_and_confirmed(way, spec, caplog):
    caplog.set_level(logging.DEBUG)
    target, before = way.target(spec), way.running.control.performed()
    example = way.running.examples[spec.id]
    operation = way.run(asking.ask(target, spec, example.parameters, way.source))
    assert (operation.state, operation.error) == (State.CONFIRMED, ""), operation.sentence
    assert way.running.control.performed() - before == (0 if spec.reads else 1)
    assert operation.device_id_copy == target.device.device_id
    asked = ActivityEntry.objects.filter(target=target.subject, action="operation asked")
    assert asked.count() == (0 if spec.reads else 1)
    assert leaks(secrets_of(way.running.manifest, way.running.settings), caplog.text, *rows()) == []


@pytest.mark.writes
def test_a_lost_answer_is_read_back_and_never_sent_twice(way, spec):
    target, before = way.target(spec), way.running.control.performed()
    way.running.control.fail(Fault.CUT_AFTER)
    operation = asking.ask(target, spec, way.running.examples[spec.id].parameters, way.source)
    lanes.run(way.config.lane_id)
    operation.refresh_from_db()
    assert (operation.state, operation.settled) == (State.UNKNOWN, False)
    way.running.control.mend()
    assert way.run(operation).state == State.CONFIRMED
    assert way.running.control.performed() - before == 1


@pytest.mark.writes
def test_a_throttled_write_is_sent_again_and_performed_once(way, spec):
    target, before = way.target(spec), way.running.control.performed()
    way.running.control.fail(Fault.THROTTLE)
    operation = asking.ask(target, spec, way.running.examples[spec.id].parameters, way.source)
    lanes.run(way.config.lane_id)
    operation.refresh_from_db()
    assert not operation.settled
    assert way.running.control.performed() == before
    way.running.control.mend()
    lanes.note_success(way.config.lane_id)
    assert way.run(operation).state == State.CONFIRMED
    assert way.running.control.performed() - before == 1


@pytest.mark.usual_variant
def test_unavailable_is_noted_once_when_it_begins_and_once_when_it_ends(way, caplog):
    caplog.set_level(logging.INFO, logger="extensions")
    way.running.control.fail(Fault.CUT_BEFORE)
    assert [way.check().error for _ in range(3)] == ["CannotConnect"] * 3
    assert [line.getMessage() for line in caplog.records if " is now " in line.getMessage()] == [
        f"extension configuration {way.config.pk} is now unreachable: {way.check().sentence}"
    ]
    way.running.control.mend()
    assert [way.check().state for _ in range(2)] == [ConnectionCheck.State.PROVED] * 2
    changes = [line for line in caplog.records if " is now " in line.getMessage()]
    assert len(changes) == 2
    noted = ActivityEntry.objects.filter(action__in=["extension unreachable", "extension connected"])
    assert list(noted.order_by("pk").values_list("action", flat=True)) == [
        "extension unreachable",
        "extension connected",
    ]


@pytest.mark.operates
def test_an_expired_key_is_mended_in_place_and_what_waited_goes_on(way, manifest):
    spec = operations(manifest)[0]
    target = way.target(spec)
    way.running.control.fail(Fault.EXPIRED_KEY)
    operation = asking.ask(target, spec, way.running.examples[spec.id].parameters, way.source)
    lanes.run(way.config.lane_id)
    way.config.refresh_from_db()
    assert way.config.state == "needs attention"
    way.running.control.mend()
    configurations.replace_settings(way.config, way.running.settings, way.source)
    assert way.run(operation).state == State.CONFIRMED


@pytest.mark.usual_variant
def test_the_lane_is_shared_by_everybody_who_proved_the_same_account(way, manifest, other_organization):
    other = configurations.add(other_organization, manifest, "Theirs", way.running.settings, way.source)
    assert other.lane_id != way.config.lane_id
    check = connection_checks.ask(other_organization, manifest, way.running.settings, way.source, other)
    lanes.run(check.lane_id)
    other.refresh_from_db()
    assert other.lane_id == way.config.lane_id


# --- Pages ------------------------------------------------------------------------------------------------------------


def addresses(way: Way, check: ConnectionCheck) -> dict[str, str]:
    """Every page on which the extension is seen without a device."""
    org, slug = {"org": way.config.organization.public_id}, way.running.manifest.slug
    config = org | {"config_id": way.config.pk}
    named = {
        "tiles": ("list", org),
        "catalogue": ("catalogue", org),
        "endpoint": ("endpoint", org | {"slug": slug}),
        "check": ("check", org | {"check_id": check.public_id}),
        "configuration": ("configuration", config),
        "credentials": ("credentials", config),
        "rename": ("rename", config),
        "remove": ("remove", config),
        "operations": ("operations", org),
    }
    if not way.running.manifest.single:
        named["add"] = ("add", org | {"slug": slug})
    return {what: reverse(f"extensions:{name}", kwargs=kwargs) for what, (name, kwargs) in named.items()}


def addresses_of_device(way: Way, target: Target, operation: Operation) -> dict[str, str]:
    """Every page on which a device's part of it is seen."""
    org = {"org": way.config.organization.public_id}
    device = org | {"type_id": target.device.device_type.type_id, "device_id": target.device.device_id}
    panel = device | {"key": way.running.manifest.device_key}
    asks = {f"ask {spec.id}": ("ask", panel | {"operation_id": spec.id}) for spec in operations(way.running.manifest)}
    named = {
        "operation": ("operation", org | {"operation_id": operation.public_id}),
        "editor": ("device_configuration", device),
        "panel": ("panel", panel),
        **asks,
    }
    found = {what: reverse(f"extensions:{name}", kwargs=kwargs) for what, (name, kwargs) in named.items()}
    return found | {
        "drilldown": reverse("devices:device", kwargs=device),
        "devices": reverse("devices:list", kwargs=org),
    }


def assert_no_secret_on(pages: dict[str, str], way: Way, client: Client) -> None:
    secrets = secrets_of(way.running.manifest, way.running.settings)
    for what, address in pages.items():
        for headers in ({}, {"HX-Request": "true"}):
            response = client.get(address, headers=headers)
            assert (what, response.status_code) == (what, 200)
            assert (what, leaks(secrets, response.content.decode())) == (what, [])


@pytest.fixture
def shown(way, manifest):
    """A device whose overview was fetched."""
    overview = next(spec for spec in operations(manifest) if spec.reads)
    target = way.target(overview)
    operation = way.run(asking.ask(target, overview, way.running.examples[overview.id].parameters, way.source))
    assert operation.state == State.CONFIRMED
    return target, operation


@pytest.mark.parametrize("fault", [None, Fault.EXPIRED_KEY, Fault.HTML])
def test_every_page_of_it_opens_and_shows_no_secret(way, fault, owner_client, caplog):
    caplog.set_level(logging.DEBUG)
    if fault:
        way.running.control.fail(fault)
    assert_no_secret_on(addresses(way, way.check()), way, owner_client)
    assert leaks(secrets_of(way.running.manifest, way.running.settings), caplog.text, *rows()) == []


@pytest.mark.operates
@pytest.mark.parametrize("fault", [None, Fault.EXPIRED_KEY, Fault.HTML])
def test_every_page_of_a_device_opens_and_shows_no_secret(way, shown, fault, owner_client, caplog):
    caplog.set_level(logging.DEBUG)
    if fault:
        way.running.control.fail(fault)
    way.check()
    assert_no_secret_on(addresses_of_device(way, *shown), way, owner_client)
    assert leaks(secrets_of(way.running.manifest, way.running.settings), caplog.text, *rows()) == []


@pytest.mark.usual_variant
def test_the_catalogue_and_the_tiles_show_it(way, manifest, owner_client, organization):
    org = organization.public_id
    catalogue = owner_client.get(reverse("extensions:catalogue", kwargs={"org": org})).content.decode()
    assert escape(manifest.name) in catalogue
    again = reverse("extensions:add", kwargs={"org": org, "slug": manifest.slug}) in catalogue
    assert again == (not manifest.single)
    tiles = owner_client.get(reverse("extensions:list", kwargs={"org": org})).content.decode()
    assert way.config.name in tiles
    assert reverse("extensions:configuration", kwargs={"org": org, "config_id": way.config.pk}) in tiles


def first_text(manifest, operation) -> str:
    """The first text that the operation declares to find out about its subject: a state, for instance."""
    names = next(spec.result["properties"] for spec in operations(manifest) if spec.id == operation.operation_id)
    found = (operation.result.get(name) for name in names)
    return next(value for value in found if isinstance(value, str) and value != operation.subject)


@pytest.mark.operates
def test_the_panel_shows_what_was_fetched_and_offers_every_operation(way, shown, manifest, owner_client):
    target, operation = shown
    device = {"type_id": target.device.device_type.type_id, "device_id": target.device.device_id}
    where = {"org": way.config.organization.public_id, "key": manifest.device_key} | device
    page = owner_client.get(reverse("extensions:panel", kwargs=where)).content.decode()
    assert first_text(manifest, operation) in re.sub(r"<form.*?</form>", "", page, flags=re.DOTALL)
    writes = [spec for spec in operations(manifest) if not spec.reads]
    asks = [reverse("extensions:ask", kwargs=where | {"operation_id": spec.id}) for spec in writes]
    assert [address for address in asks if address not in page] == []


@pytest.mark.operates
def test_the_last_good_data_stays_marked_while_the_service_is_away(way, shown, manifest, owner_client):
    target, operation = shown
    way.running.control.fail(Fault.CUT_BEFORE)
    way.check()
    device = {"type_id": target.device.device_type.type_id, "device_id": target.device.device_id}
    where = {"org": way.config.organization.public_id, "key": manifest.device_key} | device
    page = owner_client.get(reverse("extensions:panel", kwargs=where)).content.decode()
    assert first_text(manifest, operation) in page
    assert "Last good data from" in page
    assert escape(ExtensionConfig.objects.get(pk=way.config.pk).health_reason) in page


@pytest.mark.operates
@pytest.mark.usual_variant
def test_a_reader_sees_the_panel_and_changes_nothing(way, shown, manifest, reader_client):
    target, _ = shown
    device = {"type_id": target.device.device_type.type_id, "device_id": target.device.device_id}
    where = {"org": way.config.organization.public_id, "key": manifest.device_key} | device
    assert reader_client.get(reverse("extensions:panel", kwargs=where)).status_code == 200
    before = Operation.objects.count()
    for spec in (spec for spec in operations(manifest) if not spec.reads):
        address = reverse("extensions:ask", kwargs=where | {"operation_id": spec.id})
        parameters = dict(way.running.examples[spec.id].parameters)
        assert reader_client.post(address, parameters).status_code == 403
    assert Operation.objects.count() == before


def test_an_operation_asked_on_the_page_is_performed(way, spec, operator_client):
    target, before = way.target(spec), way.running.control.performed()
    device = {"type_id": target.device.device_type.type_id, "device_id": target.device.device_id}
    where = {"org": way.config.organization.public_id, "key": way.running.manifest.device_key} | device
    address = reverse("extensions:ask", kwargs=where | {"operation_id": spec.id})
    form = operator_client.get(address).context["form"]
    typed = {**way.running.examples[spec.id].parameters, "form_key": str(form["form_key"].value())}
    assert operator_client.post(address, typed).status_code == 302
    assert operator_client.post(address, typed).status_code == 302
    operation = Operation.objects.get(operation_id=spec.id)
    assert way.run(operation).state == State.CONFIRMED, operation.sentence
    assert way.running.control.performed() - before == (0 if spec.reads else 1)
