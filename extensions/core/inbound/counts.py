"""Counting messages by hour."""

from datetime import datetime

from django.db.models import F

from extensions.core.models import InboundCount, InboundHook


def add(hook: InboundHook, at: datetime, **more: int) -> None:
    """One UPDATE as a rule. Safe against another process that makes the same row at the same time."""
    row = {"hook_id": hook.pk, "begins": at.replace(minute=0, second=0, microsecond=0)}
    changes = {name: F(name) + number for name, number in more.items()}
    if not InboundCount.objects.filter(**row).update(**changes):
        InboundCount.objects.bulk_create([InboundCount(**row)], ignore_conflicts=True)
        InboundCount.objects.filter(**row).update(**changes)
