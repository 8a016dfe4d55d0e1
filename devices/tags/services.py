"""Every change of tags and of what has them, with its activity entry."""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction

from devices.models import Device, Tag
from devices.services.errors import DevicesError
from devices.tags import queries, sets
from devices.tags.names import MOST_ON_A_DEVICE, folded, once, validate
from iotdash.audit.services import Source, record
from iotdash.organizations.models import Organization


class TooManyTags(DevicesError):
    """On a device, or of an organization; the message says which."""


class TagExists(DevicesError):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is already a tag {name}. Choose another name, or put that one on the devices.")


def set_tags(device: Device, names: Iterable[str], source: Source) -> list[str]:
    """The device has these tags and no others; new ones are made. Returns the names as they are now.

    Raises ValidationError for a name that is none, and TooManyTags.
    """
    wanted = once(names)
    if len(wanted) > MOST_ON_A_DEVICE:
        raise TooManyTags(f"A device has {MOST_ON_A_DEVICE} tags at most; these are {len(wanted)}.")
    with transaction.atomic():
        current = Device.objects.select_for_update(of=("self",)).select_related("organization", "device_type")
        found = current.get(pk=device.pk)
        before = {tag.pk: tag for tag in queries.of_device(found)}
        after = {tag.pk: tag for tag in made(found.organization, wanted)}
        _replace(found, before, after, source)
    return sorted((tag.name for tag in after.values()), key=folded)


def _replace(device: Device, before: dict[int, Tag], after: dict[int, Tag], source: Source) -> None:
    added = [tag.name for pk, tag in after.items() if pk not in before]
    removed = [tag.name for pk, tag in before.items() if pk not in after]
    if added or removed:
        sets.put([device], sets.set_of(device.organization, after.values()))
        record(source, "device tags changed", "device", device.path, added=added, removed=removed)


def made(organization: Organization, names: Sequence[str]) -> list[Tag]:
    """The tags of these names, kept from being deleted until the transaction ends; those that are missing are made.

    Raises ValidationError and TooManyTags.
    """
    known = {tag.folded for tag in queries.called(organization, names)}
    missing = [name for name in names if folded(name) not in known]
    for name in missing:
        validate(name)
    if missing and organization.tags.count() + len(missing) > queries.MOST:
        raise too_many_of_organization()
    # Somebody else may make the same one at this moment.
    new = [Tag(organization=organization, name=name, folded=folded(name)) for name in missing]
    Tag.objects.bulk_create(new, ignore_conflicts=True)
    return list(queries.called(organization, names).order_by("pk").select_for_update(of=("self",)))


def too_many_of_organization() -> TooManyTags:
    return TooManyTags(f"An organization has {queries.MOST:,} tags at most. Delete some that are not needed.")


def edit_tag(tag: Tag, name: str, colour: str, source: Source) -> None:
    """Raises ValidationError, TagExists."""
    validate(name)
    before = {"name": tag.name, "colour": tag.colour}
    tag.name, tag.folded, tag.colour = name, folded(name), colour
    after = {"name": name, "colour": colour}
    if before == after:
        return
    try:
        with transaction.atomic():
            tag.save(update_fields=["name", "folded", "colour"])
            record(source, "tag changed", "tag", before["name"], before=before, after=after)
    except IntegrityError:
        raise TagExists(name) from None


def delete_tag(tag: Tag, source: Source) -> None:
    """Takes it from all its devices."""
    with transaction.atomic():
        # Whoever puts it on a device at this moment has done so before, or finds it gone.
        Tag.objects.select_for_update(of=("self",)).filter(pk=tag.pk).first()
        record(source, "tag deleted", "tag", tag.name, devices=sets.without(tag))
        tag.delete()
