from django.urls import URLPattern, register_converter

from devices.converters import IdConverter
from extensions.core import registry
from extensions.core.contract import Manifest, OperationSpec
from extensions.core.rest import checks, configurations
from extensions.core.rest.exts import view_of
from extensions.core.rest.operations import OperationsView, OperationView
from iotdash.lib.rest.paths import both

register_converter(IdConverter, "rest_device_part")
_OPERATION = "types/<rest_device_part:type_id>/devices/<rest_device_part:device_id>/exts"


def _of_operations() -> list[URLPattern]:
    """A path for each operation that any installed extension has at most."""
    return [path for manifest in registry.manifests().values() for path in of_extension(manifest)]


def of_extension(manifest: Manifest) -> list[URLPattern]:
    """None for a device key or a capability that is not there: the system check names the latter."""
    capability = registry.capabilities().get(manifest.capability)
    specs = capability.operations(manifest) if capability and manifest.device_key else ()
    return [path for spec in specs for path in _of_operation(manifest, spec)]


def _of_operation(manifest: Manifest, spec: OperationSpec) -> list[URLPattern]:
    """Also below `devices/types`, as the original platform's first description had it: some clients still ask there."""
    view, name = view_of(manifest, spec), f"{manifest.device_key}-{spec.id}"
    rest = f"{_OPERATION}/{manifest.device_key}/ops/{spec.id}"
    first = both(f"devices/{rest}", view, f"{name}-as-first-described", described=False)
    return both(f"device/{rest}", view, name) + first


_CONFIG = "extensions/<int:config_id>"
urlpatterns = [
    *both("extensions", configurations.Configurations, "extensions"),
    *both("extensions/catalogue", checks.Catalogue, "catalogue"),
    *both("extensions/checks/<uuid:check_id>", checks.CheckView, "connection-check"),
    *both(_CONFIG, configurations.ConfigurationView, "extension"),
    *both(f"{_CONFIG}/check", checks.CheckStored, "check-extension"),
    *both(f"{_CONFIG}/pause", configurations.PauseView, "pause-extension"),
    *both(f"{_CONFIG}/resume", configurations.ResumeView, "resume-extension"),
    *_of_operations(),
    *both("operations", OperationsView, "operations"),
    *both("operations/<uuid:operation_id>", OperationView, "operation"),
]
