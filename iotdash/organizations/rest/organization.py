"""`GET /`: the organization itself."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from iotdash.lib.rest import schemas
from iotdash.lib.rest.operations import operation
from iotdash.lib.rest.times import TIME, instant
from iotdash.organizations.models import Organization
from iotdash.organizations.rest.views import OrganizationRestView
from iotdash.organizations.roles import SEE

_HISTORIAN = schemas.obj({"enabled": {"type": "boolean"}, "retention": {"type": "integer"}}, ("enabled", "retention"))
schemas.register(
    "Organization",
    schemas.obj(
        {
            "id": {"type": "string", "pattern": "^[a-z0-9]{6}$", "examples": ["abc123"]},
            "name": {"type": "string"},
            "enabled": {"type": "boolean"},
            "type": {"type": "string"},
            "config": schemas.obj({"historian": _HISTORIAN}, ("historian",)),
            "created": TIME,
            "updated": TIME,
        },
        ("id", "name", "enabled", "type", "config", "created", "updated"),
    ),
)


class OrganizationView(OrganizationRestView):
    @operation(SEE, "The organization", name="getOrganization", answers={200: "Organization"}, errors=())
    def get(self, request: Request) -> Response:
        return Response(as_answered(self.organization))


def as_answered(organization: Organization) -> dict[str, Any]:
    """`type` named a plan of the original platform, which programs may print; history is no part of this product."""
    return {
        "id": organization.public_id,
        "name": organization.name,
        "enabled": True,
        "type": "iotdash",
        "config": {"historian": {"enabled": False, "retention": 0}},
        "created": instant(organization.created_at),
        "updated": instant(organization.updated_at),
    }
