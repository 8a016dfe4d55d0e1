"""Asking for operations, and cancelling what was not sent yet. What happens in the lane is in `core.performing`."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils import timezone
from jsonschema import Draft202012Validator

from extensions.core import lanes, performing, registry
from extensions.core.contract import Kind, OperationSpec
from extensions.core.models import ExtensionConfig, Health, Operation, State
from extensions.core.targets import Target
from iotdash.audit.services import Source, record
from iotdash.runtime.models import Lease


class NotCallable(Exception):
    """The configuration is paused, waits for credentials or for its allowance; the message says which.

    `until`: when that is over by itself, if it is.
    """

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class Unsettled(Exception):
    """An earlier write of this kind to this subject has no outcome yet."""

    def __init__(self, operation: Operation) -> None:
        super().__init__(
            "An earlier request of this kind has no outcome yet. Wait for it, or cancel it if it is queued."
        )
        self.operation = operation


class InvalidParameters(Exception):
    """`problems` maps a parameter ("" for the whole) to a sentence."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class FormReused(InvalidParameters):
    """The same one-time key came with something else to be asked."""

    def __init__(self) -> None:
        super().__init__({"": "This form was already sent for something else. Reload the page and try again."})


def ask(
    target: Target,
    spec: OperationSpec,
    parameters: Mapping[str, Any],
    source: Source,
    form_key: uuid.UUID | None = None,
    priority: int = Operation.PEOPLE,
) -> Operation:
    """Queues an operation and wakes its lane. The same form sent twice, or a read asked twice, gives the same row.

    Raises InvalidParameters (FormReused), NotCallable, Unsettled.
    """
    validate(spec, parameters)
    draft = _draft(target, spec, parameters, source)
    draft.form_key, draft.priority = form_key or draft.form_key, priority
    earlier = (form_key and _same_form(draft)) or _same_read(draft)
    if earlier:
        return earlier
    require_callable(target.config)
    operation = _save(draft, spec, source)
    people = priority == Operation.PEOPLE
    transaction.on_commit(lambda: lanes.wake(target.config.lane_id, people=people))
    return operation


def cancel(operation: Operation, source: Source) -> bool:
    """Cancels what was not sent. False when it is too late."""
    with transaction.atomic():
        queued = Operation.objects.filter(pk=operation.pk, state=State.QUEUED, sent_at=None, settled_at=None)
        now = timezone.now()
        if not queued.update(state=State.CANCELLED, settled_at=now, sentence="Cancelled before it was sent."):
            return False
        record(source, "operation cancelled", "subject", operation.subject, operation=operation.operation_id)
    return True


def validate(spec: OperationSpec, parameters: Mapping[str, Any]) -> None:
    """Raises InvalidParameters."""
    errors = Draft202012Validator(spec.parameters, format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(
        dict(parameters)
    )
    problems = {str(next(iter(error.path), "")): error.message for error in errors}
    if problems:
        raise InvalidParameters(problems)


def require_callable(config: ExtensionConfig) -> None:
    """Raises NotCallable."""
    if config.paused_at:
        raise NotCallable(f'"{config.name}" is paused by {config.paused_by}. Resume it first.')
    if config.unreadable_at:
        raise NotCallable(f'The secrets of "{config.name}" cannot be read. {config.unreadable_reason}')
    if config.health == Health.NEEDS_ATTENTION:
        raise NotCallable(f'"{config.name}" needs attention: {config.health_reason} An administrator can mend that.')
    require_allowance(config)


def require_allowance(config: ExtensionConfig) -> None:
    """Raises NotCallable until a spent allowance of calls is given back."""
    if config.health == Health.QUOTA_SPENT and config.next_attempt_at:
        words = f'"{config.name}" has used up its allowance: {config.health_reason}'
        raise NotCallable(words, config.next_attempt_at)


_ASKED = ("config_id", "subject", "operation_id", "parameters")


def _same_form(draft: Operation) -> Operation | None:
    """What came of this form when it was sent before. A form that is filled in again needs a key of its own."""
    sent = Operation.objects.filter(organization=draft.organization, form_key=draft.form_key).first()
    if sent and any(getattr(sent, name) != getattr(draft, name) for name in _ASKED):
        raise FormReused
    return sent


def _same_read(draft: Operation) -> Operation | None:
    """A read that is under way already; what a person asks for does not wait like background work."""
    if draft.kind != Kind.READ:
        return None
    asked = {name: getattr(draft, name) for name in _ASKED}
    waiting = Operation.objects.filter(**asked, settled_at=None).first()
    if waiting and waiting.priority > draft.priority:
        Operation.objects.filter(pk=waiting.pk).update(priority=draft.priority)
    return waiting


def _draft(target: Target, spec: OperationSpec, parameters: Mapping[str, Any], source: Source) -> Operation:
    device = target.device
    return Operation(
        organization=target.config.organization,
        config=target.config,
        subject=target.subject,
        device=device,
        device_type_id_copy=device.device_type.type_id if device else "",
        device_id_copy=device.device_id if device else "",
        operation_id=spec.id,
        kind=spec.kind,
        parameters=dict(parameters),
        asked_by=source.actor,
    )


def _save(operation: Operation, spec: OperationSpec, source: Source) -> Operation:
    try:
        with transaction.atomic():
            operation.save(force_insert=True)
            if not spec.reads:
                details = {"operation": spec.title, "asked for": operation.parameters}
                device = {"device": operation.device_id_copy}
                record(source, "operation asked", "subject", operation.subject, **details, **device)
    except IntegrityError:
        return _winner(operation)
    return operation


def _winner(lost: Operation) -> Operation:
    """The row that was faster: the same form sent twice, else another write of this kind."""
    sent = _same_form(lost)
    if sent:
        return sent
    rivals = Operation.objects.filter(config=lost.config, subject=lost.subject, operation_id=lost.operation_id)
    raise Unsettled(rivals.latest("pk"))


# State of what was under way for an extension that was removed, and how that ends.
_ENDS = {
    State.QUEUED: (State.CANCELLED, "The extension was removed before this was sent."),
    State.SENT: (State.UNKNOWN, "The extension was removed before the answer came."),
    State.ACCEPTED: (State.TIMED_OUT, "Accepted, but the extension was removed before this was confirmed."),
    State.UNKNOWN: (State.UNKNOWN, "The extension was removed before it was known whether this was performed."),
}


def settle_removed() -> None:
    """Due-finder: a removed extension is asked nothing more, so what was under way ends as far as it is known."""
    now = timezone.now()
    removed = ExtensionConfig.objects.filter(removed_at__isnull=False)
    left = Operation.objects.filter(~Exists(_held(now)), config__in=removed, settled_at=None)
    # Sent once and refused for its pace: nobody looked yet whether it was performed all the same.
    left.filter(state=State.QUEUED, sent_at__isnull=False).update(state=State.UNKNOWN)
    for state, (end, sentence) in _ENDS.items():
        left.filter(state=state).update(state=end, settled_at=now, sentence=sentence)


def _held(now: datetime) -> QuerySet[Lease]:
    """The lease of whoever sent it, while that runner lives."""
    return Lease.objects.filter(holder=OuterRef("holder"), expires_at__gt=now).exclude(holder="")


class _Source:
    """Operations as a source of lane work, the most urgent first, then by time. `priority`: only those of this one."""

    def __init__(self, priority: int | None = None) -> None:
        self._priority = priority

    def _open(self, lane_id: int | None = None) -> QuerySet[Operation]:
        configs = ExtensionConfig.objects.callable().filter(slug__in=registry.manifests())
        if lane_id is not None:
            configs = configs.filter(lane_id=lane_id)
        found = Operation.objects.filter(settled_at=None, config__in=configs).exclude(state=State.SENT)
        return found if self._priority is None else found.filter(priority=self._priority)

    def _sent(self) -> QuerySet[Operation]:
        installed = registry.manifests()
        return Operation.objects.filter(settled_at=None, state=State.SENT, config__slug__in=installed)

    def next(self, lane_id: int, now: datetime) -> lanes.Work | None:
        due = self._open(lane_id).filter(next_attempt_at__lte=now).order_by("priority", "next_attempt_at", "id")
        operation = due.select_related("config__lane", "config__organization").first()
        if operation is None:
            return None
        return lanes.Work(lambda turn: performing.run(operation, turn), _purpose(operation), operation.config_id)

    def next_due_at(self, lane_id: int) -> datetime | None:
        return self._open(lane_id).aggregate(at=Min("next_attempt_at"))["at"]

    def due_lanes(self, now: datetime) -> set[int]:
        due = self._open().filter(next_attempt_at__lte=now)
        sent = self._sent()
        lane = "config__lane_id"
        return set(due.values_list(lane, flat=True)) | set(sent.values_list(lane, flat=True))

    def recover(self, lane_id: int) -> None:
        """An operation that was sent by a runner who holds no lease any more: killed between call and answer."""
        orphans = self._sent().filter(~Exists(_held(timezone.now())), config__lane_id=lane_id)
        for operation in orphans.select_related("config"):
            performing.answer_lost(operation, "The process that sent this was stopped before the answer came.")


def _purpose(operation: Operation) -> lanes.Purpose:
    if operation.priority == Operation.JOB:
        # Also its confirmation: nobody waits for one of thousands.
        return lanes.Purpose.JOBS
    if operation.kind != Kind.READ and operation.sent_at:
        return lanes.Purpose.CONFIRMATION
    return lanes.Purpose.PEOPLE if operation.priority == Operation.PEOPLE else lanes.Purpose.BACKGROUND


source = _Source()
# Once more, for when a job leaves a call to others.
background = _Source(Operation.BACKGROUND)
