"""How long rows of the outbox are kept."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from iotdash.runtime.models import OutboxMail


def forget_old() -> None:
    """Due-finder: what was sent, failed or withdrawn long ago is forgotten. What still waits is kept, however long."""
    before = timezone.now() - timedelta(days=settings.IOTDASH_MAIL_DAYS)
    OutboxMail.objects.filter(settled_at__lt=before).delete()
