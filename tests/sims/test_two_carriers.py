"""Jasper and AT&T at one sandbox of Control Center: each key asks its own account, and an account has one lane."""

import json

import pytest

from extensions.controlcenter.sandbox.generators import make_iccid
from extensions.controlcenter.sandbox.seed import EAST_ADMIN, FIRST_WEST_SIM, WEST_ADMIN
from extensions.controlcenter.sandbox.state import State
from extensions.core import lanes, registry
from extensions.core.models import ExtensionConfig, Lane
from extensions.core.services import configurations, connection_checks, device_configuration
from extensions.sims.models import Sim
from iotdash.audit.services import Source
from tests.cast import DeviceFactory
from tests.contract import rehearsing

pytestmark = pytest.mark.slow
WEST_ICCID = make_iccid(FIRST_WEST_SIM)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("controlcenter")
    with rehearsing.run(registry.manifest("att"), folder) as running:
        yield running


@pytest.fixture
def log(sandbox):
    """Its state, with the log of calls."""
    state = State(sandbox.control._state_dir)
    yield state
    state.close()


def added(organization, slug: str, running) -> ExtensionConfig:
    manifest, source = registry.manifest(slug), Source(actor="owner", organization=organization.public_id)
    settings = manifest.sandbox().settings(running.url)
    check = connection_checks.ask(organization, manifest, settings, source)
    lanes.run(check.lane_id)
    return configurations.add(organization, manifest, f"{slug} account", settings, source)


@pytest.fixture(autouse=True)
def at_loopback(settings):
    settings.IOTDASH_OUTBOUND_ALLOW_LOOPBACK = True


def test_one_iccid_under_both_keys_is_asked_of_each_ones_own_account(organization, source, sandbox, log):
    jasper, att = added(organization, "jasper", sandbox), added(organization, "att", sandbox)
    assert jasper.lane != att.lane
    before = len(log.calls())
    part = {"iccid": WEST_ICCID}
    text = json.dumps({"jasper": part, "atnt": part})
    device_configuration.confirm(DeviceFactory(organization=organization), text, 0, source)
    lanes.run(jasper.lane_id)
    lanes.run(att.lane_id)
    asked = {call.account for call in log.calls()[before:] if WEST_ICCID in call.path}
    assert asked == {EAST_ADMIN.username, WEST_ADMIN.username}
    assert Sim.objects.get(config=att, subject=WEST_ICCID).state
    assert Sim.objects.get(config=jasper, subject=WEST_ICCID).missing_since, "it is not in that account"


def test_two_organizations_with_one_account_share_its_lane(organization, other_organization, sandbox):
    ours, theirs = added(organization, "att", sandbox), added(other_organization, "att", sandbox)
    assert ours.lane == theirs.lane
    assert not ours.lane.key.startswith(Lane.UNPROVED)
