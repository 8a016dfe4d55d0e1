"""Sets of tags: each combination that some device has is there once."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from devices.models import NO_TAGS, Device, Tag, TagSet
from devices.tags import queries
from iotdash.organizations.models import Organization


def set_of(organization: Organization, tags: Iterable[Tag]) -> int:
    """The primary key of the set of these tags, kept from being deleted until the transaction ends."""
    ordered = sorted(tags, key=lambda tag: tag.pk)
    if not ordered:
        return NO_TAGS
    key = ",".join(str(tag.pk) for tag in ordered)
    with transaction.atomic():
        kept = organization.tag_sets.select_for_update(of=("self",))
        found, made = kept.get_or_create(key=key, defaults={"organization": organization})
        if made:
            found.tags.set(ordered)
    return found.pk


def move(organization: Organization, changes: Mapping[int, int]) -> int:
    """Devices of a set get another one; how many those are."""
    devices = organization.devices.all()
    return sum(devices.filter(tag_set=old).update(tag_set=new) for old, new in changes.items() if old != new)


def without(tag: Tag) -> int:
    """Its devices get the sets without it, and those with it go; how many devices those are."""
    organization = tag.organization
    old = list(organization.tag_sets.select_for_update(of=("self",)).filter(tags=tag).order_by("pk"))
    tags = queries.of_sets(each.pk for each in old)
    left = {each.pk: [other for other in tags[each.pk] if other.pk != tag.pk] for each in old}
    moved = move(organization, {pk: set_of(organization, others) for pk, others in left.items()})
    TagSet.objects.filter(pk__in=left).delete()
    return moved


def put(devices: Iterable[Device], tag_set: int) -> None:
    Device.objects.filter(pk__in=[device.pk for device in devices]).update(tag_set=tag_set)
