"""Every address of the product. Organization pages are `/{org}/…`; each app brings its own."""

from django.contrib import admin
from django.urls import include, path, re_path, register_converter

from extensions.core.views.inbound import hook
from iotdash.health import healthz, readyz
from iotdash.organizations.converters import OrganizationIdConverter
from iotdash.organizations.rest.organization import OrganizationView
from iotdash.organizations.views import home

register_converter(OrganizationIdConverter, "org")

handler400 = "iotdash.errors.bad_request"
handler403 = "iotdash.errors.forbidden"
handler500 = "iotdash.errors.server_error"

# Found only with the slash, a request would be redirected, and lose its method and body.
api_itself = path("api/v0002", OrganizationView.as_view(schema=None))

organization_pages = [
    api_itself,
    path("api/v0002/", include("iotdash.api", namespace="organization-api")),
    path("", include("iotdash.organizations.urls")),
    path("", include("devices.urls")),
    path("", include("extensions.core.urls")),
    path("", include("extensions.sims.urls")),
]

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("iotdash.accounts.urls")),
    path("admin/", admin.site.urls),
    # As services call it: nobody is signed in. A slash at the end is theirs to add.
    re_path("^hooks/(?P<config_id>[0-9]{1,18})-(?P<proof>[0-9a-f]{40})/?$", hook, name="hook"),
    path("invitations/", include("iotdash.organizations.joining.urls")),
    api_itself,
    path("api/v0002/", include("iotdash.api")),
    path("<org:org>/", include(organization_pages)),
]
