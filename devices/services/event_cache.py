"""Whether, and for how long, the last events of devices are kept."""

from django.core.exceptions import ValidationError
from django.db import transaction

from devices.models import EventCache
from devices.queries import event_cache_of
from iotdash.audit.services import Source, record
from iotdash.organizations.models import Organization


def change_event_cache(
    organization: Organization, source: Source, *, enabled: bool | None = None, days: int | None = None
) -> EventCache:
    """Changes what is given; None leaves as it is. Raises ValidationError for days that are not 1 to 45."""
    cache = event_cache_of(organization)
    before = (cache.enabled, cache.days)
    cache.enabled = cache.enabled if enabled is None else enabled
    cache.days = cache.days if days is None else days
    try:
        cache.clean_fields(exclude=["organization"])
    except ValidationError as error:
        raise ValidationError({"ttlDays": error.message_dict["days"]}) from None
    if (cache.enabled, cache.days) == before:
        return cache
    values = {"enabled": cache.enabled, "days": cache.days}
    with transaction.atomic():
        cache, _ = EventCache.objects.update_or_create(organization=organization, defaults=values)
        record(source, "last event cache changed", "organization", organization.public_id, **values)
    return cache
