"""How long rows of the outbox are kept."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from iotdash.runtime.models import OutboxMail


def forget_old() -> None:
    """Due-finder: what was sent, failed or withdrawn long ago is forgotten. What still waits is kept, however long."""
    # A limit of what is sent in a day counts these rows.
    days = max(settings.IOTDASH_MAIL_DAYS, 1)
    before = timezone.now() - timedelta(days=days)
    OutboxMail.objects.filter(settled_at__lt=before).delete()
