"""Reads of tags, always of one organization."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import OuterRef, QuerySet

from devices.models import NO_TAGS, Device, Tag, TagSet
from devices.queries import BoundedCount
from devices.tags.names import folded, split
from iotdash.lib.lists import COUNT_LIMIT, Count
from iotdash.organizations.models import Organization

# Of an organization; lists suggest them all.
MOST = 1_000
_Member = TagSet.tags.through


def names(organization: Organization) -> list[str]:
    return list(organization.tags.order_by("folded").values_list("name", flat=True)[:MOST])


def of_device(device: Device) -> list[Tag]:
    """In the order of their names."""
    return of_sets([device.tag_set]).get(device.tag_set, [])


def of_sets(keys: Iterable[int]) -> Mapping[int, list[Tag]]:
    """Primary key of a set → its tags in the order of their names; one query, none where there are no tags."""
    members = _Member.objects.filter(tagset__in=set(keys) - {NO_TAGS}).select_related("tag").order_by("tag__folded")
    found: dict[int, list[Tag]] = {}
    for member in members:
        found.setdefault(member.tagset_id, []).append(member.tag)
    return found


def of_devices(devices: Sequence[Device]) -> Mapping[int, list[Tag]]:
    """Primary key of a device → its tags in the order of their names; one query."""
    tags = of_sets(device.tag_set for device in devices)
    return {device.pk: tags[device.tag_set] for device in devices if device.tag_set in tags}


def called(organization: Organization, given: Iterable[str]) -> QuerySet[Tag]:
    """Those that there are of these names, however they are written."""
    return organization.tags.filter(folded__in=[folded(name) for name in given])


def named_in(organization: Organization, text: str) -> list[int | None]:
    """The primary keys of the tags in a text, None for each name that no tag has."""
    wanted = [folded(name) for name in split(text)]
    known = dict(organization.tags.filter(folded__in=wanted).values_list("folded", "pk"))
    return [known.get(each) for each in wanted]


def sets_with(organization: Organization, keys: Iterable[int | None]) -> QuerySet[TagSet]:
    """Sets that have any of these tags."""
    members = _Member.objects.filter(tag__in=[key for key in keys if key is not None])
    return organization.tag_sets.filter(pk__in=members.values("tagset"))


def tag_of(organization: Organization, pk: int) -> Tag:
    """Raises Tag.DoesNotExist."""
    return organization.tags.select_related("organization").get(pk=pk)


def devices_with(tag: Tag) -> QuerySet[Device]:
    return tag.organization.devices.filter(tag_set__in=list(tag.sets.values_list("pk", flat=True)))


def with_device_counts(tags: QuerySet[Tag]) -> QuerySet[Tag]:
    """Each with `counted`, which stops just above COUNT_LIMIT; see `device_count`."""
    sets = _Member.objects.filter(tag=OuterRef(OuterRef("pk"))).values("tagset")
    devices = Device.objects.filter(organization=OuterRef("organization"), tag_set__in=sets).order_by()
    return tags.annotate(counted=BoundedCount(devices.values("pk")[: COUNT_LIMIT + 1]))


def device_count(tag: Tag) -> Count:
    return Count(min(tag.counted, COUNT_LIMIT), exact=tag.counted <= COUNT_LIMIT)
