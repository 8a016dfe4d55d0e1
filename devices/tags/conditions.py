"""What is asked of the tags of devices: any of some, all of them, none of them.

Which sets are meant is found among the sets, which are few; devices are then found by a field of their own.
"""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from devices.conditions import BY_ID
from devices.models import NO_TAGS, TagSet
from devices.tags.queries import named_in, sets_with
from iotdash.lib.lists import Condition
from iotdash.organizations.models import Organization

# Of more sets the devices are not looked for in each set by itself, and of many more no list is sent.
STRETCHES, LISTED = 24, 500


def any_of(organization: Organization, text: str) -> Condition:
    """A name that no tag has is had by no device."""
    return _in_sets(organization, sets_with(organization, named_in(organization, text)))


def all_of(organization: Organization, text: str) -> Condition:
    keys = named_in(organization, text)
    found = organization.tag_sets.all() if keys and None not in keys else organization.tag_sets.none()
    for key in keys:
        found = found.filter(pk__in=sets_with(organization, [key]).values("pk"))
    return _in_sets(organization, found)


def none_of(organization: Organization, text: str) -> Condition:
    having = sets_with(organization, named_in(organization, text))
    return _in_sets(organization, organization.tag_sets.exclude(pk__in=having.values("pk")), NO_TAGS)


def _in_sets(organization: Organization, sets: QuerySet[TagSet], *others: int) -> Condition:
    keys = [*others, *sets.order_by("pk").values_list("pk", flat=True)[: LISTED + 1]]
    if len(keys) > LISTED:
        where = Q(tag_set__in=sets.order_by().values("pk")) | Q(tag_set__in=others)
        return Condition(where, organization.devices.filter(where))
    where = Q(tag_set=keys[0]) if len(keys) == 1 else Q(tag_set__in=keys)
    return Condition(where, organization.devices.filter(where), stretches=_stretches(organization, keys), along=BY_ID)


def _stretches(organization: Organization, keys: Sequence[int]) -> Sequence[Q]:
    return [Q(organization=organization, tag_set=key) for key in keys] if len(keys) <= STRETCHES else ()
