"""How many messages an address takes in a minute, whichever process they come to."""

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from extensions.core.models import InboundHook


def seconds_to_wait(hook: InboundHook) -> int:
    """0 if one more message is taken now, which is counted; else when the next one is. Too many write nothing."""
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    row, full = InboundHook.objects.filter(pk=hook.pk), settings.IOTDASH_INBOUND_PER_MINUTE
    # Twice, because another message may be the first of the minute between the two.
    for _ in range(2):
        if row.filter(minute=minute, in_minute__lt=full).update(in_minute=F("in_minute") + 1):
            return 0
        if row.exclude(minute=minute).update(minute=minute, in_minute=1):
            return 0
    return 60 - now.second
