"""Addresses under `/{org}/`. Integers and words cannot meet: configurations have numbers, everything else has words."""

from django.urls import path, register_converter

from devices.converters import IdConverter
from extensions.core.views import (
    calls,
    catalogue,
    checks,
    configuration,
    configuration_actions,
    credentials,
    device_configuration,
    diagnostics,
    inbound,
    operations,
    panels,
    quality,
    setup,
)

# Under a name of its own, so that this module does not depend on which one is imported first.
register_converter(IdConverter, "device_part")

app_name = "extensions"
_CONFIG = "extensions/<int:config_id>/"
_DEVICE = "devices/<device_part:type_id>/<device_part:device_id>/"
_PANEL = f"{_DEVICE}extensions/<str:key>/"

urlpatterns = [
    path("extensions/", catalogue.tiles, name="list"),
    path("extensions/add/", catalogue.catalogue, name="catalogue"),
    path("extensions/add/<slug:slug>/", setup.add, name="add"),
    path("extensions/add/<slug:slug>/endpoint/", setup.endpoint, name="endpoint"),
    path("extensions/quality/<slug:slug>/", quality.table, name="quality"),
    path("extensions/icons/<slug:slug>.svg", catalogue.icon, name="icon"),
    path("extensions/checks/<uuid:check_id>/", checks.check, name="check"),
    path("extensions/operations/", operations.operation_list, name="operations"),
    path("extensions/operations/<uuid:operation_id>/", operations.operation, name="operation"),
    path("extensions/operations/<uuid:operation_id>/cancel/", operations.cancel, name="cancel"),
    path(_CONFIG, configuration.configuration, name="configuration"),
    path(f"{_CONFIG}calls/", calls.calls, name="calls"),
    path(f"{_CONFIG}check/", configuration_actions.check, name="check_stored"),
    path(f"{_CONFIG}credentials/", credentials.replace, name="credentials"),
    path(f"{_CONFIG}diagnostics/", diagnostics.exchange_list, name="diagnostics"),
    path(f"{_CONFIG}diagnostics/bundle/", diagnostics.download, name="diagnostics_bundle"),
    path(f"{_CONFIG}diagnostics/<int:exchange_id>/", diagnostics.exchange, name="exchange"),
    path(f"{_CONFIG}address/", inbound.renew, name="renew_address"),
    path(f"{_CONFIG}events/again/", inbound.process_again, name="process_again"),
    path(f"{_CONFIG}rename/", configuration_actions.rename, name="rename"),
    path(f"{_CONFIG}default/", configuration_actions.make_default, name="make_default"),
    path(f"{_CONFIG}pause/", configuration_actions.pause, name="pause"),
    path(f"{_CONFIG}resume/", configuration_actions.resume, name="resume"),
    path(f"{_CONFIG}actions/<slug:action>/", configuration_actions.act, name="act"),
    path(f"{_CONFIG}remove/", configuration_actions.remove, name="remove"),
    path(f"{_DEVICE}configuration/", device_configuration.edit, name="device_configuration"),
    path(f"{_DEVICE}configuration/check/", device_configuration.check, name="device_configuration_check"),
    path(_PANEL, panels.panel, name="panel"),
    path(f"{_PANEL}operations/<slug:operation_id>/", panels.ask, name="ask"),
]
