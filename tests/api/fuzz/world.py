"""Something of everything that the API tells of, and as much in another organization, marked, which nobody may see."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from devices.models import Device, DeviceType, DiagnosticErrorCode, DiagnosticLog
from extensions.core import registry
from extensions.core.models import ConnectionCheck, ExtensionConfig, Health, Operation
from extensions.core.services import configurations, device_configuration
from extensions.sims.models import CarrierPlans, Sim, UsageCycle
from iotdash.audit.services import Source
from iotdash.organizations.keys import services as keys
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import Role
from tests.cast import DeviceFactory, DeviceTypeFactory, MembershipFactory, OrganizationFactory
from tests.support.made_rows import make

MARK = "foreignthing"
EXTENSION = "jasper"


@dataclass(frozen=True)
class World:
    """`own` and `foreign`: parameters of paths that name something, each organization's."""

    administrator: Membership
    own: dict[str, str]
    foreign: dict[str, str]


def make_world(organization: Organization) -> World:
    administrator, own = _furnish(organization, "pump", "ours", "89310410000000000018")
    # Its IDs may stand in an answer, which says that they are not there; what is marked may not.
    _, foreign = _furnish(OrganizationFactory(name=f"{MARK} works"), "theirs", MARK, "89310410000000000026")
    return World(administrator, own, foreign)


def _furnish(organization: Organization, type_id: str, words: str, iccid: str) -> tuple[Membership, dict[str, str]]:
    administrator = MembershipFactory(organization=organization, role=Role.ADMINISTRATOR)
    source = Source(f"{words}@example.com", organization.public_id)
    keys.make(source, administrator, words, Role.READER)
    devices = _devices(organization, type_id, words)
    config = _extension(organization, words, source)
    device_configuration.confirm(devices[0], f'{{"{EXTENSION}": {{"iccid": "{iccid}"}}}}', 0, source, refresh=False)
    check = make(
        ConnectionCheck, organization=organization, config=config, slug=config.slug, sentence=words, lane=config.lane
    )
    made = _numbers(config_id=config.pk, sim_id=_sim(config, devices[0], iccid, words).pk, check_id=check.public_id)
    made |= {"type_id": type_id, "device_id": devices[0].device_id, "client_id": devices[0].client_id}
    return administrator, made | _reports(devices[0], words) | _asked(config, devices[0], iccid, words)


def _numbers(**found: Any) -> dict[str, str]:
    return {name: str(each) for name, each in found.items()}


def _devices(organization: Organization, type_id: str, words: str) -> list[Device]:
    """Three, of which the first has all that a device can have; and a gateway."""
    gateway = DeviceTypeFactory(organization=organization, type_id=f"{type_id}.g", class_id=DeviceType.ClassId.GATEWAY)
    DeviceFactory(organization=organization, device_type=gateway, device_id=f"{type_id}-g", model=words)
    about: dict[str, Any] = {
        "info_description": words,
        "manufacturer": words,
        "serial_number": words,
        "metadata": {"a": [1, {words: None}]},
        "registered_by": f"{words}@example.com",
    }
    kind = DeviceTypeFactory(organization=organization, type_id=type_id, description=words, metadata={words: 1})
    where = {"latitude": 51.0, "longitude": -1.4, "elevation": 3.5, "located_at": timezone.now()}
    first = DeviceFactory(
        organization=organization, device_type=kind, device_id=f"{type_id}-0", alert_enabled=True, **about, **where
    )
    others = (DeviceFactory(organization=organization, device_type=kind, **about) for _ in range(2))
    return [first, *others]


def _extension(organization: Organization, words: str, source: Source) -> ExtensionConfig:
    manifest = registry.manifest(EXTENSION)
    settings = {**manifest.sandbox().settings("http://127.0.0.1:9"), "username": words}
    config = configurations.add(organization, manifest, f"{words} account", settings, source)
    ExtensionConfig.objects.filter(pk=config.pk).update(health=Health.CONNECTED)
    config.refresh_from_db()
    return config


def _sim(config: ExtensionConfig, device: Device, iccid: str, words: str) -> Sim:
    now = timezone.now()
    sim, _ = Sim.objects.update_or_create(
        config=config,
        subject=iccid,
        defaults={
            "organization": config.organization,
            "device": device,
            "state": "ACTIVATED",
            "rate_plan": words,
            "ctd_data_bytes": 12,
            "ctd_sms": 3,
            "added_at": now,
            "fetched_at": now,
        },
    )
    start = dt.date(2026, 10, 1)
    UsageCycle.objects.create(sim=sim, cycle_start=start, total_data_bytes=9, rate_plans=[words], fetched_at=now)
    CarrierPlans.objects.create(config=config, names=[words, "Fleet"], listed_at=now)
    return sim


def _reports(device: Device, words: str) -> dict[str, str]:
    belongs = {"organization": device.organization, "device": device}
    log = make(DiagnosticLog, **belongs, message=words, severity=2, attachment=words)
    make(DiagnosticErrorCode, **belongs, error_code=7)
    return {"log_id": str(log.public_id)}


def _asked(config: ExtensionConfig, device: Device, iccid: str, words: str) -> dict[str, str]:
    about = {"organization": config.organization, "config": config, "device": device, "subject": iccid}
    about |= {"device_type_id_copy": device.device_type.type_id, "device_id_copy": device.device_id, "kind": "write"}
    make(Operation, **about, operation_id="sms", state="failed", sentence=words, asked_by=words)
    queued = make(Operation, **about, operation_id="status", state="queued", parameters={"status": "Retired"})
    return {"operation_id": str(queued.public_id)}
