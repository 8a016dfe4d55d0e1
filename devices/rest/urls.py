"""Paths below `/api/v0002/`. An ID that could not be one is no address at all."""

from django.urls import path, register_converter

from devices.converters import IdConverter
from devices.rest import bulk, connections, devices, diagnostics, events, location, types, usage
from iotdash.lib.rest.paths import both

register_converter(IdConverter, "rest_id")

_TYPE = "device/types/<rest_id:type_id>"
_DEVICE = f"{_TYPE}/devices/<rest_id:device_id>"

urlpatterns = [
    *both("device/types", types.DeviceTypes, "types"),
    *both(_TYPE, types.DeviceTypeView, "type"),
    *both(f"{_TYPE}/devices", devices.DevicesOfType, "devices"),
    *both(_DEVICE, devices.DeviceView, "device"),
    *both(f"{_DEVICE}/devices", devices.DevicesOfGateway, "devices_of_gateway"),
    *both(f"{_DEVICE}/location", location.LocationView, "location"),
    *both(f"{_DEVICE}/mgmt", location.ManagementView, "mgmt"),
    *both(f"{_DEVICE}/diag/logs", diagnostics.Logs, "logs"),
    *both(f"{_DEVICE}/diag/logs/<str:log_id>", diagnostics.LogView, "log"),
    *both(f"{_DEVICE}/diag/errorCodes", diagnostics.ErrorCodes, "error_codes"),
    *both(f"{_DEVICE}/events", events.LastEvents, "events"),
    *both(f"{_DEVICE}/events/<str:event_id>", events.LastEventView, "event"),
    *both("bulk/devices", devices.AllDevices, "all_devices"),
    *both("bulk/devices/add", bulk.AddDevices, "bulk_add"),
    *both("bulk/devices/remove", bulk.RemoveDevices, "bulk_remove"),
    *both("config/lec", events.EventCacheView, "event_cache"),
    *both("logs/connection", connections.ConnectionLog, "connection_log"),
    *both("clientconnectionstates", connections.ConnectionStates, "connection_states"),
    # Any path, because a client ID that cannot be one is answered as such.
    path(
        "clientconnectionstates/<path:client_id>",
        connections.ConnectionStateView.as_view(),
        name="connection_state",
    ),
    *both("usage/data-traffic", usage.DataTraffic, "data_traffic"),
    *both("usage/active-devices", usage.ActiveDevices, "active_devices"),
    *both("usage/historical-data", usage.HistoricalData, "historical_data"),
]
