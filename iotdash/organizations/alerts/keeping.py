"""How long alerts are kept."""

from datetime import timedelta

from django.utils import timezone

from iotdash.organizations.models import Alert, AlertNotice

RESOLVED_FOR = timedelta(days=365)
# Longer than mail waits for its service, as a rule: what nobody composes any more was withdrawn.
NOTICES_FOR = timedelta(days=90)
_AT_ONCE = 1_000


def forget_old() -> None:
    """Due-finder; the next sweep takes the next ones."""
    now = timezone.now()
    old = (
        Alert.objects.filter(resolved_at__lt=now - RESOLVED_FOR),
        AlertNotice.objects.filter(at__lt=now - NOTICES_FOR),
    )
    for rows in old:
        rows.model.objects.filter(pk__in=[*rows.values_list("pk", flat=True)[:_AT_ONCE]]).delete()
