"""The REST API v0002: every app's paths in one list, found by `/api/v0002/…` and `/{org}/api/v0002/…`."""

from django.urls import re_path

from devices.rest.urls import urlpatterns as devices
from extensions.core.rest.urls import urlpatterns as extensions
from extensions.sims.rest.urls import urlpatterns as sims
from iotdash.organizations.rest.urls import urlpatterns as organizations
from iotdash.organizations.rest.views import Nothing

app_name = "api"
urlpatterns = [
    *organizations,
    *devices,
    *extensions,
    *sims,
    # Also with line ends and whatever else no address has.
    re_path(r"[\s\S]*", Nothing.as_view()),
]
