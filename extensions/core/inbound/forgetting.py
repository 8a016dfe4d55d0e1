"""How long events are kept: for longer than any service tells them again."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from extensions.core.models import ExtensionConfig, InboundCount, InboundEvent, InboundHook


def forget_old() -> None:
    """Due-finder: forgets events and counts after IOTDASH_INBOUND_DAYS."""
    old = timezone.now() - timedelta(days=settings.IOTDASH_INBOUND_DAYS)
    InboundEvent.objects.filter(received_at__lt=old).delete()
    InboundCount.objects.filter(begins__lt=old).delete()


def forget(config: ExtensionConfig) -> None:
    """The address of a configuration that is removed, and everything that came to it."""
    InboundHook.objects.filter(config=config).delete()
    config.inbound_events.all().delete()
