"""SIMs of two accounts for lists: many ties, unknown figures, some in devices."""

import random
from datetime import timedelta

from django.utils import timezone

from devices.models import Device
from extensions.core.models import ExtensionConfig
from extensions.core.services import configurations
from extensions.sims.models import Sim
from iotdash.audit.services import Source
from tests.cast import DeviceFactory
from tests.extensions import meterco

STATES = ("Activated", "Deactivated", "Handed over", None)
PLANS = ("Small", "Large", None)


def add_account(config: ExtensionConfig, carrier, source: Source, name: str = "Second account") -> ExtensionConfig:
    settings = meterco.SETTINGS | {"user": name.split()[0].lower()}
    return configurations.add(config.organization, carrier, name, settings, source)


def make_sims(configs: list[ExtensionConfig], devices: list[Device], number: int = 60) -> list[Sim]:
    """Of every configuration in turn; each device has one. Identifiers are not in the order of accounts."""
    chance, now = random.Random(5), timezone.now()
    free = list(devices)
    sims = [
        Sim(
            config=configs[n % len(configs)],
            organization=configs[0].organization,
            subject=f"{chance.randrange(10_000):04}{n:03}",
            device=free.pop() if free and n % 2 else None,
            state=chance.choice(STATES),
            rate_plan=chance.choice(PLANS),
            ctd_data_bytes=chance.choice([None, 0, 0, 500_000, 3_000_000, 3_000_000, 2_000_000_000]),
            imsi=f"00101{n:010}",
            msisdn=f"8820{n:09}",
            imei=f"3549{n:011}",
            fetched_at=chance.choice([None, now, now - timedelta(hours=3), now - timedelta(days=30)]),
            missing_since=now if n % 20 == 7 else None,
        )
        for n in range(number)
    ]
    return Sim.objects.bulk_create(sims)


def make_devices(organization, number: int = 8) -> list[Device]:
    return [DeviceFactory(organization=organization, device_id=f"d{n}") for n in range(number)]
