"""Addresses under `/{org}/`, made so that no legal id meets a word.

A device has two segments of its own, and a device type stands behind `id/`.
"""

from django.urls import path, register_converter

from devices.converters import IdConverter
from devices.views import bulk, drilldown, editing, exporting, importing, lists, tags, tokens, types
from iotdash.lib.downloads import CSV, XLSX

register_converter(IdConverter, "registry_id")

app_name = "devices"
_DEVICE = "devices/<registry_id:type_id>/<registry_id:device_id>/"
_TAG = "device-tags/<int:tag_id>/"
# A third segment that no page of a device has.
_IMPORT = "devices/import/file/<uuid:device_import_id>/"
_TYPE = "device-types/id/<registry_id:type_id>/"

urlpatterns = [
    path("devices/", lists.device_list, name="list"),
    path("devices/add/", editing.add, name="add"),
    path("devices/bulk/", bulk.bulk, name="bulk"),
    path("devices/export.csv", exporting.device_list, {"form": CSV}, name="export_csv"),
    path("devices/export.xlsx", exporting.device_list, {"form": XLSX}, name="export_xlsx"),
    path(_DEVICE, drilldown.device, name="device"),
    path(f"{_DEVICE}edit/", editing.edit, name="edit"),
    path(f"{_DEVICE}delete/", editing.delete, name="delete"),
    path(f"{_DEVICE}tags/", tags.of_device, name="device_tags"),
    path(f"{_DEVICE}token/", tokens.token, name="token"),
    path(f"{_DEVICE}token/new/", tokens.token_shown, name="token_shown"),
    path("device-tags/", tags.tag_list, name="tags"),
    path(f"{_TAG}edit/", tags.edit, name="tag_edit"),
    path(f"{_TAG}delete/", tags.delete, name="tag_delete"),
    path("devices/import/", importing.upload, name="imports"),
    path(_IMPORT, importing.device_import, name="import"),
    path(f"{_IMPORT}confirm/", importing.confirm, name="import_confirm"),
    path(f"{_IMPORT}problems.csv", importing.problems, name="import_problems"),
    path("device-types/", lists.type_list, name="types"),
    path("device-types/add/", types.add, name="type_add"),
    path(_TYPE, types.detail, name="type"),
    path(f"{_TYPE}edit/", types.edit, name="type_edit"),
    path(f"{_TYPE}delete/", types.delete, name="type_delete"),
]
