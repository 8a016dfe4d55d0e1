"""How many devices an organization may have, where the installation has a limit."""

from django.conf import settings

from devices.services.errors import QuotaReached
from iotdash.organizations.models import Organization


def raise_if_full(organization: Organization, more: int) -> None:
    """Raises QuotaReached. Two that add at the same moment may both find room: it is a limit of use, not of safety."""
    most = settings.IOTDASH_DEVICES_PER_ORGANIZATION
    if most and more and organization.devices.count() + more > most:
        raise QuotaReached(organization.public_id, most)
