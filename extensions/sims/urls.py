"""Addresses under `/{org}/`, below those of the devices and configurations that SIMs belong to."""

from django.urls import path, register_converter

from devices.converters import IdConverter
from extensions.sims.views import messages

# Under a name of its own, so that this module does not depend on which one is imported first.
register_converter(IdConverter, "sim_device_part")

app_name = "sims"
_DEVICE = "devices/<sim_device_part:type_id>/<sim_device_part:device_id>/"

urlpatterns = [
    path("extensions/<int:config_id>/messages/", messages.of_configuration, name="configuration_messages"),
    path(f"{_DEVICE}extensions/<str:key>/messages/", messages.of_device, name="device_messages"),
    path(f"{_DEVICE}extensions/<str:key>/messages/ask/", messages.ask_for_replies, name="device_replies"),
]
