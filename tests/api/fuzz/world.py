"""Something of everything that the API tells of, and as much in another organization, marked, which nobody may see."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
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
    """`own`, `gateway` and `foreign`: parameters by which paths, queries and bodies name something that is there.

    `kept_there` is all that the `other` organization has, which no request may change.
    """

    administrator: Membership
    own: dict[str, str]
    gateway: dict[str, str]
    foreign: dict[str, str]
    other: Organization
    kept_there: dict[str, list[tuple]]


def kept_by(organization: Organization) -> dict[str, list[tuple]]:
    """Model → its rows that belong to the organization."""
    models = [each for each in apps.get_models() if any(field.name == "organization" for field in each._meta.fields)]
    rows = [(each, each.objects.filter(organization=organization).order_by("pk")) for each in models if _by_key(each)]
    return {each.__name__: list(found.values_list()) for each, found in rows}


def _by_key(model: type[Model]) -> bool:
    """Activity is kept by the public ID alone: nothing changes it."""
    return model._meta.get_field("organization").is_relation


def make_world(organization: Organization) -> World:
    administrator, own = _furnish(organization, "pump", "ours", "89310410000000000018")
    # Its IDs may stand in an answer, which says that they are not there; what is marked may not.
    other = OrganizationFactory(name=f"{MARK} works")
    _, foreign = _furnish(other, "theirs", MARK, "89310410000000000026")
    gateway = own | _device_named("pump.g", "pump-g")
    return World(administrator, own, gateway, foreign, other, kept_by(other))


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
    made |= _device_named(type_id, devices[0].device_id) | {"client_id": devices[0].client_id}
    made |= {"configurationId": made["config_id"], "start": "2026-03", "end": "2026-04-30", "iccid": iccid}
    return administrator, made | _reports(devices[0], words) | _asked(config, devices[0], iccid, words)


def _device_named(type_id: str, device_id: str) -> dict[str, str]:
    """By paths, and by queries and bodies."""
    return {"type_id": type_id, "device_id": device_id, "typeId": type_id, "deviceId": device_id, "deviceType": type_id}


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
