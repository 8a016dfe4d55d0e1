"""Tags in a device's JSON of the REST API: a list of names."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from devices.documents import NotAccepted
from devices.models import NO_TAGS, Device
from devices.tags import queries, services
from iotdash.audit.services import Source


class TagsDocument:
    name = "tags"
    related = ()

    def document(self, device: Device) -> Sequence[str]:
        return [] if device.tag_set == NO_TAGS else [tag.name for tag in queries.of_device(device)]

    def replace(self, device: Device, document: Sequence[str], source: Source) -> None:
        """Raises NotAccepted, TooManyTags."""
        try:
            services.set_tags(device, [name.strip() for name in document], source)
        except ValidationError as error:
            violations = [((self.name,), message) for message in error.messages]
            raise NotAccepted(" ".join(error.messages), violations) from None
