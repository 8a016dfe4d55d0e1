from django.urls import path

from iotdash.lib.rest.paths import both
from iotdash.organizations.rest.activity import Activity
from iotdash.organizations.rest.description import openapi
from iotdash.organizations.rest.organization import OrganizationView
from iotdash.organizations.rest.status import ServiceStatusView

urlpatterns = [
    *both("activity", Activity, "activity"),
    *both("", OrganizationView, "organization"),
    *both("service-status", ServiceStatusView, "service_status"),
    path("openapi.json", openapi, name="openapi"),
    path("openapi.json/", openapi),
]
