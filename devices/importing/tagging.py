"""Tags in tables of devices: of few combinations, each of which is looked at once."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError

from devices.models import Device
from devices.services.errors import DevicesError
from devices.tags import names, queries, services, sets
from iotdash.audit.services import Source, record
from iotdash.organizations.models import Organization


class TagsOfDevices:
    """What devices have, and how many new tags a table may name."""

    def __init__(self, organization: Organization) -> None:
        self._known = set(organization.tags.values_list("folded", flat=True))
        self._of: dict[int, set[str]] = {}

    def load(self, devices: Iterable[Device]) -> None:
        self._of = {pk: {tag.folded for tag in tags} for pk, tags in queries.of_devices(list(devices)).items()}

    def differ(self, device: Device, said: Sequence[str]) -> bool:
        return bool(said) and {names.folded(name) for name in said} != self._of.get(device.pk, set())

    def refusal(self, said: Sequence[str]) -> str:
        """A sentence, or "": then its tags count as known from now on."""
        known = self._known | {names.folded(name) for name in said}
        if len(known) > max(queries.MOST, len(self._known)):
            return str(services.too_many_of_organization())
        self._known = known
        return ""


class TagSets:
    """The sets of some rows, made before any device is given one."""

    def __init__(self, organization: Organization, said: Iterable[Sequence[str]]) -> None:
        self._sets: dict[tuple[str, ...], int] = {}
        self._refused: dict[tuple[str, ...], str] = {}
        for each in dict.fromkeys(tuple(each) for each in said if each):
            try:
                self._sets[each] = sets.set_of(organization, services.made(organization, each))
            except (ValidationError, DevicesError) as error:
                self._refused[each] = " ".join(getattr(error, "messages", [str(error)]))

    def refusal(self, said: Sequence[str]) -> str:
        return self._refused.get(tuple(said), "")

    def put(self, rows: Sequence[tuple[Device, Sequence[str]]], source: Source) -> None:
        """Pairs of a device and the names of all its tags; without names it keeps those that it has."""
        for said, tag_set in self._sets.items():
            changed = [device for device, named in rows if tuple(named) == said and device.tag_set != tag_set]
            if changed:
                sets.put(changed, tag_set)
                record(source, "tags of devices changed", tags=names.joined(said), devices=len(changed))
