"""Leases: one holder at a time, across processes, that a killed holder loses by the clock."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from iotdash.runtime.models import Lease


def acquire(name: str, holder: str, seconds: float) -> bool:
    """Takes or renews a lease for so many seconds. False while somebody else's has not run out."""
    now = timezone.now()
    expires_at = now + timedelta(seconds=seconds)
    free = Q(expires_at__lte=now) | Q(holder=holder) | Q(holder="")
    if Lease.objects.filter(free, name=name).update(holder=holder, expires_at=expires_at):
        return True
    if Lease.objects.filter(name=name).exists():
        return False
    try:
        # Its own savepoint: losing the race must not spoil a transaction around it.
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, expires_at=expires_at)
    except IntegrityError:
        return False
    return True


def renew(name: str, holder: str, seconds: float) -> bool:
    """Holds on to a lease, also past its end. False once somebody else has had it, even if it is free again."""
    expires_at = timezone.now() + timedelta(seconds=seconds)
    return bool(Lease.objects.filter(name=name, holder=holder).update(expires_at=expires_at))


def release(name: str, holder: str) -> None:
    """Gives a lease back early; somebody else's is left alone."""
    Lease.objects.filter(name=name, holder=holder).update(holder="", expires_at=timezone.now())
