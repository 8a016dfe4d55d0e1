"""The REST API's view of an organization: which one is meant, and who asks."""

from iotdash.organizations.rest.views import OrganizationRestView

__all__ = ["OrganizationRestView"]
