"""The colour of the services of an organization's extensions, for the API's service status."""

from extensions.core import targets
from extensions.core.models import Health
from extensions.core.words import UNHEALTHY
from iotdash.organizations.models import Organization
from iotdash.organizations.rest import status


def register() -> None:
    """Called from AppConfig.ready()."""
    status.register_colour("thirdParty", colour)


def colour(organization: Organization) -> str:
    """By the health that the last calls showed. A configuration that somebody paused says nothing of its service."""
    states = [config.state for config in targets.enabled(organization)]
    unhealthy = [state in UNHEALTHY for state in states if state != Health.PAUSED]
    if not any(unhealthy):
        return status.GREEN
    return status.RED if all(unhealthy) else status.ORANGE
