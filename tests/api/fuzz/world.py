"""Something of everything that the API tells of, and as much in another organization, marked, which nobody may see."""

from iotdash.organizations.models import Organization
from tests.cast import DeviceFactory, DeviceTypeFactory, OrganizationFactory

MARK = "foreignthing"


def make_world(organization: Organization) -> None:
    _registry(organization, "pump", "p")
    _registry(OrganizationFactory(name=f"{MARK} works"), MARK, MARK)


def _registry(organization: Organization, type_id: str, prefix: str) -> None:
    kind = DeviceTypeFactory(organization=organization, type_id=type_id, description=prefix)
    for number in range(3):
        DeviceFactory(organization=organization, device_type=kind, device_id=f"{prefix}{number}")
