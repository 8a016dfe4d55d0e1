"""The pages of an installation that has the made-up folder. Collected by name from `test_made_up_provider.py` only."""

import json
import re
from pathlib import Path

import pytest
from django.utils import timezone

import extensions
from extensions.core import lanes, registry, tasks
from extensions.core.models import ExtensionConfig, Lane, Operation
from tests.cast import DeviceFactory, DeviceTypeFactory
from tests.contract import rehearsing

pytestmark = pytest.mark.django_db
ORG, DEVICE = "/abc123", "/abc123/devices/meter/m1"
CHIP = {"mtr": {"chip": "M-0001"}}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with rehearsing.run(registry.manifest("meterly"), tmp_path_factory.mktemp("pages")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(tasks.run_lane, "apply_async", lambda args, countdown=None: None)
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: None)


@pytest.fixture
def device(organization):
    kind = DeviceTypeFactory(organization=organization, type_id="meter")
    return DeviceFactory(organization=organization, device_type=kind, device_id="m1")


@pytest.fixture
def pages(owner_client):
    return owner_client


@pytest.fixture
def added(pages, sandbox):
    sandbox.control.reset()
    fill_in(pages, sandbox.settings, "check")
    work()
    fill_in(pages, sandbox.settings, "done")
    return ExtensionConfig.objects.get()


@pytest.fixture
def configured(pages, added, device):
    confirm(pages, CHIP)
    work()
    return device


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def fill_in(pages, settings, action):
    address = f"{ORG}/extensions/add/meterly/"
    return pages.post(address, settings | {"configuration-name": "Cellar meters", "action": action}, follow=True)


def confirm(pages, document, version=0):
    data = {"document": json.dumps(document), "version": version}
    return pages.post(f"{DEVICE}/configuration/", data, follow=True)


def work():
    """What the worker does: every lane with something to do, now."""
    Operation.objects.filter(settled_at=None).update(next_attempt_at=timezone.now())
    for lane_id in Lane.objects.values_list("pk", flat=True):
        lanes.run(lane_id)


def test_the_catalogue_has_a_tile_with_the_icon_of_the_folder(pages):
    page = pages.get(f"{ORG}/extensions/add/")
    assert "See and operate the chips of Meterly gateways." in text(page)
    assert f"{ORG}/extensions/add/meterly/" in page.content.decode()
    icon = pages.get(f"{ORG}/extensions/icons/meterly.svg")
    assert icon.content == (Path(extensions.__path__[-1]) / "meterly/icon.svg").read_bytes()


def test_the_set_up_page_has_the_fields_and_the_guide_of_the_folder(pages):
    page = pages.get(f"{ORG}/extensions/add/meterly/")
    for name in ("gateway", "login", "token"):
        assert f'name="{name}"' in page.content.decode()
    assert "The address of your Meterly gateway" in text(page)


def test_the_other_method_brings_its_field_and_no_box(pages):
    page = pages.get(f"{ORG}/extensions/add/meterly/?method=card")
    assert 'name="card"' in page.content.decode()
    assert 'name="token"' not in page.content.decode()
    assert "Token slip" not in text(page)


def test_a_pasted_slip_fills_the_fields_and_its_token_is_not_shown(pages, sandbox, organization):
    address, slip = f"{ORG}/extensions/add/meterly/", "login rehearsal\ntoken made-up-token-4711"
    typed = {"method": "token", "gateway": sandbox.settings["gateway"], "configuration-name": "Cellar meters"}
    page = pages.post(address, typed | {"paste-text": slip, "action": "paste"})
    assert 'value="rehearsal"' in page.content.decode()
    assert 'value="Cellar meters"' in page.content.decode()
    assert "made-up-token-4711" not in page.content.decode()
    draft = page.context["draft"].public_id
    assert pages.post(address, typed | {"login": "rehearsal", "draft": draft, "action": "save"}).status_code == 302


def test_a_wrong_token_is_told_in_the_words_of_the_gateway(pages, sandbox, organization):
    wrong = sandbox.wrong_settings["a wrong token"]
    asked = fill_in(pages, wrong, "check")
    work()
    told = text(pages.get(asked.redirect_chain[-1][0]))
    assert "token not valid" in told
    assert wrong["token"] not in told


def test_the_right_token_is_proved_and_done_makes_a_tile(pages, added):
    assert added.settings == {"method": "token", "gateway": added.settings["gateway"], "login": "rehearsal"}
    assert added.health == "connected"
    tiles = text(pages.get(f"{ORG}/extensions/"))
    assert "Cellar meters" in tiles
    assert "Connected" in tiles


def test_the_editor_knows_the_key_only_once_the_extension_is_added(pages, device):
    refused = confirm(pages, CHIP)
    assert refused.status_code == 422
    assert "The extension Meterly is not added to this organization." in text(refused)


@pytest.mark.parametrize(
    "document", [{"mtr": {"chip": "1"}}, {"mtr": {}}, {"mtr": {"chip": "M-0001", "more": 1}}, {"meterly": CHIP["mtr"]}]
)
def test_the_editor_refuses_what_the_schema_of_the_folder_does_not_allow(pages, added, device, document):
    assert confirm(pages, document).status_code == 422
    assert Operation.objects.count() == 0


def test_the_panel_appears_on_the_drilldown_with_what_the_gateway_says(pages, configured):
    panel = text(pages.get(f"{DEVICE}/extensions/mtr/"))
    assert "Activated" in panel
    assert "Meterly" in text(pages.get(f"{DEVICE}/"))
    device_list = text(pages.get(f"{ORG}/devices/"))
    assert "Meterly" in device_list


def test_the_panel_has_nothing_that_the_provider_does_not_support(pages, configured):
    page = pages.get(f"{DEVICE}/extensions/mtr/").content.decode()
    assert "extensions/mtr/operations/status/" in page
    assert "extensions/mtr/operations/usage/" not in page
    assert "extensions/mtr/operations/rateplan/" not in page
    assert pages.get(f"{DEVICE}/extensions/mtr/operations/usage/").status_code == 404


def test_an_operation_is_asked_performed_and_confirmed_and_leaves_its_lines(pages, configured, sandbox):
    before = sandbox.control.performed()
    address = f"{DEVICE}/extensions/mtr/operations/status/"
    form = pages.get(address).context["form"]
    typed = {"status": "Deactivated", "form_key": str(form["form_key"].value())}
    assert pages.post(address, typed).status_code == 302
    work()
    work()
    assert Operation.objects.get(operation_id="status").state == "confirmed"
    assert sandbox.control.performed() - before == 1
    assert "Deactivated" in text(pages.get(f"{DEVICE}/extensions/mtr/"))
    activity = text(pages.get(f"{ORG}/activity/"))
    for line in ("extension added", "device configuration changed", "operation asked", "operation confirmed"):
        assert line in activity.lower()
