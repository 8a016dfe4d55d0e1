"""SIMs and devices of which something says that they belong together."""

from devices.models import Device
from extensions.core.models import ExtensionConfig
from extensions.sims.models import LinkProposal, Reconciliation, Sim
from extensions.sims.reconciling import comparing
from iotdash.organizations.models import Organization
from tests.cast import DeviceFactory

# The last digit of the longer one is the check digit on the card.
ICCID, ICCID_WHOLE = "8988200000000000014", "89882000000000000141"
IMEI, IMEI_WITH_VERSION = "354912345678901", "3549123456789042"


def add_sim(config: ExtensionConfig, subject: str = "0007", **known) -> Sim:
    return Sim.objects.create(config=config, organization=config.organization, subject=subject, **known)


def add_device(organization: Organization, device_id: str = "d1", **known) -> Device:
    return DeviceFactory(organization=organization, device_id=device_id, **known)


def compare(organization: Organization) -> list[LinkProposal]:
    """A pass, now; what came of it."""
    Reconciliation.objects.update_or_create(organization=organization, defaults={"next_at": organization.created_at})
    comparing.run(organization.pk)
    return list(LinkProposal.objects.filter(organization=organization).order_by("subject", "device__device_id"))


def told(proposals: list[LinkProposal]) -> list[tuple[str, str, str]]:
    return [(each.subject, each.device.device_id, each.state) for each in proposals]
