"""Addresses under `/{org}/`: those of SIMs, and below those of the devices and configurations that they belong to."""

from django.urls import path, register_converter

from devices.converters import IdConverter
from extensions.sims.views import allowances, bulk, exporting, linking, messages, reconciliation, sims
from iotdash.lib.downloads import CSV, XLSX

# Under a name of its own, so that this module does not depend on which one is imported first.
register_converter(IdConverter, "sim_device_part")

app_name = "sims"
_SIM = "sims/<int:sim_id>/"
_RECONCILIATION = "sims/reconciliation/"
_SECTION = f"{_RECONCILIATION}<slug:section>/"
_DEVICE = "devices/<sim_device_part:type_id>/<sim_device_part:device_id>/"

urlpatterns = [
    path("sims/", sims.sim_list, name="list"),
    path("sims/export.csv", exporting.sim_list, {"form": CSV}, name="export_csv"),
    path("sims/export.xlsx", exporting.sim_list, {"form": XLSX}, name="export_xlsx"),
    path("sims/bulk/", bulk.bulk, name="bulk"),
    path(_RECONCILIATION, reconciliation.overview, name="reconciliation"),
    path(f"{_RECONCILIATION}compare/", reconciliation.compare, name="reconciliation_compare"),
    path(f"{_RECONCILIATION}accept/", reconciliation.accept_many, name="reconciliation_accept"),
    path(f"{_RECONCILIATION}proposals/<int:proposal_id>/<slug:answer>/", reconciliation.answer, name="proposal"),
    path(_SECTION, reconciliation.section, name="reconciliation_section"),
    path(f"{_SECTION}export.csv", reconciliation.export, {"form": CSV}, name="reconciliation_export_csv"),
    path(f"{_SECTION}export.xlsx", reconciliation.export, {"form": XLSX}, name="reconciliation_export_xlsx"),
    path(_SIM, sims.sim, name="sim"),
    path(f"{_SIM}link/", linking.link, name="link"),
    path(f"{_SIM}operations/<slug:operation_id>/", sims.ask, name="ask"),
    path(f"{_SIM}messages/", messages.of_sim, name="messages"),
    path(f"{_SIM}messages/ask/", messages.ask_for_replies_of_sim, name="replies"),
    path("extensions/<int:config_id>/allowances/", allowances.allowances, name="allowances"),
    path("extensions/<int:config_id>/messages/", messages.of_configuration, name="configuration_messages"),
    path(f"{_DEVICE}extensions/<str:key>/messages/", messages.of_device, name="device_messages"),
    path(f"{_DEVICE}extensions/<str:key>/messages/ask/", messages.ask_for_replies, name="device_replies"),
]
