from iotdash.lib.rest.paths import both
from iotdash.organizations.rest.organization import OrganizationView

urlpatterns = [
    *both("", OrganizationView, "organization"),
]
