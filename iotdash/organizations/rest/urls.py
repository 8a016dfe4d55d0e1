from django.urls import path

from iotdash.lib.rest.paths import both
from iotdash.organizations.rest.description import openapi
from iotdash.organizations.rest.organization import OrganizationView

urlpatterns = [
    *both("", OrganizationView, "organization"),
    path("openapi.json", openapi, name="openapi"),
]
