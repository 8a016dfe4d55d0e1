"""What devices report of themselves: log entries and error codes, kept for a week and up to a limit per device."""

import datetime as dt
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from devices.models import Device, DiagnosticErrorCode, DiagnosticLog
from iotdash.audit.services import Source, record

# Of the original platform.
MOST_BYTES = 500 * 1024
KEPT = timedelta(days=7)
# What an entry costs beside its texts; it also bounds how many there can be.
OVERHEAD = 100
MOST_CODES = 1_000


def add_log(
    device: Device,
    source: Source,
    *,
    message: str,
    severity: int = 0,
    attachment: str = "",
    happened_at: dt.datetime | None = None,
) -> DiagnosticLog:
    """The oldest entries go where there is no more room. Raises ValidationError for one that is too large by itself."""
    size = OVERHEAD + len(message.encode()) + len(attachment.encode())
    if size > MOST_BYTES:
        raise ValidationError({"data": f"A log entry has at most {MOST_BYTES // 1024} KB."})
    values = {"message": message, "severity": severity, "attachment": attachment, "size": size}
    with transaction.atomic():
        entry = DiagnosticLog.objects.create(**_of(device, happened_at), **values)
        _make_room(device)
        _note_report(entry)
        record(source, "diagnostic log added", "device", device.path)
    return entry


def delete_log(device: Device, entry: DiagnosticLog, source: Source) -> None:
    with transaction.atomic():
        entry.delete()
        record(source, "diagnostic log deleted", "device", device.path)


def clear_logs(device: Device, source: Source) -> None:
    with transaction.atomic():
        count, _ = device.diagnosticlogs.all().delete()
        if count:
            record(source, "diagnostic logs cleared", "device", device.path, count=count)


def add_error_code(
    device: Device, source: Source, *, error_code: int, happened_at: dt.datetime | None = None
) -> DiagnosticErrorCode:
    """Beyond a thousand the oldest goes."""
    with transaction.atomic():
        entry = DiagnosticErrorCode.objects.create(**_of(device, happened_at), error_code=error_code)
        beyond = list(device.diagnosticerrorcodes.order_by("-received_at", "-pk").values_list("pk")[MOST_CODES:])
        if beyond:
            device.diagnosticerrorcodes.filter(pk__in=[pk for (pk,) in beyond]).delete()
        _note_report(entry)
        record(source, "error code added", "device", device.path, error_code=error_code)
    return entry


def clear_error_codes(device: Device, source: Source) -> None:
    with transaction.atomic():
        count, _ = device.diagnosticerrorcodes.all().delete()
        if count:
            record(source, "error codes cleared", "device", device.path, count=count)


def forget_old() -> None:
    """Due-finder."""
    before = timezone.now() - KEPT
    for model in (DiagnosticLog, DiagnosticErrorCode):
        model.objects.filter(received_at__lt=before).delete()


def _of(device: Device, happened_at: dt.datetime | None) -> dict[str, Any]:
    now = timezone.now()
    return {
        "device": device,
        "organization_id": device.organization_id,
        "happened_at": happened_at or now,
        "received_at": now,
    }


def _note_report(entry: DiagnosticLog | DiagnosticErrorCode) -> None:
    Device.objects.filter(pk=entry.device_id).update(reported_at=entry.received_at)


def _make_room(device: Device) -> None:
    """Deletes those that came first until the rest fits."""
    entries = device.diagnosticlogs.order_by("received_at", "pk")
    over = entries.aggregate(bytes=Sum("size"))["bytes"] - MOST_BYTES
    if over <= 0:
        return
    gone = []
    for pk, size in entries.values_list("pk", "size").iterator():
        gone.append(pk)
        over -= size
        if over <= 0:
            break
    entries.filter(pk__in=gone).delete()
