"""`…/devices/{device}/exts/{extension}/ops/{operation}`: a path for each operation that an extension declares."""

from devices.models import Device
from devices.queries import device_of
from extensions.core import targets
from extensions.core.contract import Manifest, OperationSpec
from extensions.core.rest import asking
from extensions.core.targets import Target
from iotdash.lib.rest import problems
from iotdash.organizations.rest import OrganizationRestView


class OfDevice(OrganizationRestView):
    section = "Extensions of a device"
    manifest: Manifest

    def target(self, type_id: str, device_id: str) -> Target:
        """Raises 404 without the device, 403 without the extension, 400 where the device has no part of it."""
        name, key = self.manifest.name, self.manifest.device_key
        device = _device(self, type_id, device_id)
        configs = list(targets.enabled(self.organization))
        if all(each.slug != self.manifest.slug for each in configs):
            raise problems.not_allowed(f"{name} is not set up in this organization. An administrator adds it.")
        found = next((each for each in targets.of_device(device) if each.manifest.slug == self.manifest.slug), None)
        if found is None:
            field = self.manifest.subject_field
            words = f'The device has no "{key}" in its device configuration. Put its {field} there.'
            raise problems.bad_value(words, key)
        return found


def view_of(manifest: Manifest, spec: OperationSpec) -> type[OrganizationRestView]:
    name = "".join(part.capitalize() for part in (manifest.device_key, spec.id))
    return asking.made(OfDevice, name, spec, f"{manifest.name}: {spec.title}", manifest=manifest)


def _device(view: OrganizationRestView, type_id: str, device_id: str) -> Device:
    try:
        return device_of(view.organization, type_id, device_id)
    except Device.DoesNotExist:
        raise problems.not_found(f"There is no device {device_id} of the type {type_id}.") from None
