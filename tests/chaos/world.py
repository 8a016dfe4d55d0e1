"""The world of a kill test: carrier accounts and SIMs in the sandbox, organizations and devices in the product."""

import json
from collections.abc import Container, Sequence
from pathlib import Path

from django.db import transaction

from devices.models import Device
from devices.services import NewDevice, add_devices, add_type
from extensions.controlcenter.sandbox import Account, RatePlan, Sim, State
from extensions.controlcenter.sandbox.generators import make_key
from extensions.controlcenter.sandbox.model import ACTIVATED, DEACTIVATED
from extensions.core import registry
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations, connection_checks, device_configuration
from extensions.sims.sync import wanting
from iotdash.accounts.services import create_person
from iotdash.audit.services import Source
from iotdash.organizations.models import Organization
from iotdash.organizations.roles import Role
from iotdash.organizations.services import add_member, create_organization
from tests.chaos.plan import ORGANIZATIONS, PLANS, Carrier, Plan, PlannedDevice

EXTENSION = "jasper"
TYPE = "chaos"
PASSWORD = "harbour lights 27"
# People of each organization who ask at the same time.
PEOPLE = 3
LATENCY_MS, STATE_DELAY_S, SMS_DELAY_S = 30, 1.0, 2.0


def email(organization: str, number: int) -> str:
    return f"person{number}@{organization}.example.com"


def account(carrier: Carrier) -> Account:
    name = carrier.username
    password, key = make_key(f"{name} password"), make_key(f"{name} api")
    return Account(name, password, key, make_key(f"{carrier.account_id} licence"), carrier.account_id)


def make_sandbox(folder: Path, plan: Plan) -> None:
    """Accounts, plans and activated SIMs; a carrier that takes its time, as real ones do."""
    state = State(folder)
    asleep = {device.iccid for device in plan.devices if device.asleep}
    state.seed(
        accounts=[account(carrier) for carrier in plan.carriers],
        plans=[RatePlan(name, carrier.account_id) for carrier in plan.carriers for name in PLANS],
        sims=[_sim(iccid, carrier, asleep) for carrier in plan.carriers for iccid in carrier.iccids],
    )
    state.change_settings(latency_ms=LATENCY_MS, state_delay_s=STATE_DELAY_S, sms_delay_s=SMS_DELAY_S)
    state.close()
    (folder / "seeded").touch()


def _sim(iccid: str, carrier: Carrier, asleep: Container[str]) -> Sim:
    return Sim(iccid, DEACTIVATED if iccid in asleep else ACTIVATED, PLANS[0], carrier.account_id)


def ask_for_inventories() -> None:
    """What the button of each configuration's page does."""
    for config in ExtensionConfig.objects.callable().select_related("organization", "lane"):
        source = Source(actor="kill test", organization=config.organization.public_id)
        wanting.want(config, wanting.INVENTORY, source)


def settings_of(carrier: Carrier, base_url: str) -> dict[str, str]:
    user = account(carrier)
    keys = {"rest": user.api_key, "soap": user.licence_key}
    return {
        "username": user.username,
        "password": user.password,
        "access_key": keys[carrier.protocol],
        "domain_id": base_url,
        "protocol": carrier.protocol,
    }


@transaction.atomic
def make_organizations(plan: Plan, base_url: str) -> None:
    """Both organizations with people, configurations that wait to be checked, and configured devices."""
    for public_id in ORGANIZATIONS:
        source = Source(actor="kill test", organization=public_id)
        organization = _organization(public_id, source)
        for carrier in plan.carriers:
            if public_id in carrier.organizations:
                _add_extension(organization, carrier, base_url, source)
        _add_devices(organization, [each for each in plan.devices if each.organization == public_id], source)


def _organization(public_id: str, source: Source) -> Organization:
    first = email(public_id, 1)
    made = create_organization(source, f"Kill test {public_id}", first, public_id=public_id, password=PASSWORD)
    for number in range(2, PEOPLE + 1):
        person, _ = create_person(source, email(public_id, number), PASSWORD)
        add_member(source, made.organization, person, Role.OPERATOR)
    return made.organization


def _add_extension(organization: Organization, carrier: Carrier, base_url: str, source: Source) -> None:
    manifest, values = registry.manifest(EXTENSION), settings_of(carrier, base_url)
    config = configurations.add(organization, manifest, carrier.username, values, source)
    connection_checks.ask(organization, manifest, values, source, config)


def _add_devices(organization: Organization, planned: Sequence[PlannedDevice], source: Source) -> None:
    device_type = add_type(organization, source, type_id=TYPE)
    new = [NewDevice(device_id=each.device_id) for each in planned]
    added = [registered.device for registered in add_devices(organization, device_type, new, source)]
    for device, each in zip(added, planned, strict=True):
        _configure(device, each, source)


def _configure(device: Device, planned: PlannedDevice, source: Source) -> None:
    part = {"iccid": planned.iccid, "configuration": planned.carrier.username}
    text = json.dumps({registry.manifest(EXTENSION).device_key: part})
    device_configuration.confirm(device, text, 0, source, refresh=False)
