"""What is made of events: the capability's `receive`, in the order in which they came, in the transaction that says so.

What fails is tried again later, and the others do not wait for it; after the last try it is given up and listed.
"""

import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from extensions.core import registry
from extensions.core.models import ExtensionConfig, InboundEvent
from iotdash.audit.services import Source, record
from iotdash.lib import broker
from iotdash.runtime import leases

AT_ONCE = 200
# Renewed before each batch, which takes much less.
LEASE_SECONDS = 60
PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
State = InboundEvent.State

logger = logging.getLogger(__name__)


def wake(config_id: int) -> None:
    """Has the configuration's events processed soon; if the broker is away, the sweep does."""
    from extensions.core.tasks import process_inbound

    broker.send(process_inbound, config_id)


def wake_due() -> None:
    """Due-finder: a task for each configuration that has events to process now."""
    due = InboundEvent.objects.filter(due_at__lte=timezone.now())
    present = due.filter(config__removed_at=None, config__slug__in=registry.manifests())
    for config_id in present.order_by("config_id").values_list("config_id", flat=True).distinct():
        wake(config_id)


def process(config_id: int) -> None:
    """Processes what is due. A second worker leaves at once; what comes until the first is done, the first does."""
    name, holder = f"inbound {config_id}", uuid.uuid4().hex
    while _due(config_id).exists():
        if not leases.acquire(name, holder, LEASE_SECONDS):
            return
        try:
            _work_through(config_id, name, holder)
        finally:
            leases.release(name, holder)


def process_again(config: ExtensionConfig, source: Source) -> int:
    """Makes what was given up due again; says how many."""
    with transaction.atomic():
        given_up = config.inbound_events.filter(state=State.GIVEN_UP)
        again = given_up.update(state=State.WAITING, due_at=timezone.now(), attempts=0)
        if again:
            record(source, "messages processed again", "extension", config.name, events=again)
            transaction.on_commit(lambda: wake(config.pk))
    return again


def _due(config_id: int) -> QuerySet[InboundEvent]:
    due = InboundEvent.objects.filter(config_id=config_id, due_at__lte=timezone.now())
    return due.filter(config__removed_at=None, config__slug__in=registry.manifests())


def _work_through(config_id: int, name: str, holder: str) -> None:
    config = ExtensionConfig.objects.select_related("organization", "lane").get(pk=config_id)
    while ids := list(_due(config_id).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        if not leases.renew(name, holder, LEASE_SECONDS):
            return
        if not _processed(config, ids) and len(ids) > 1:
            for each in ids:
                _processed(config, [each])


def _processed(config: ExtensionConfig, ids: Sequence[int]) -> bool:
    """All of them or none. False if it failed, which is noted of one alone."""
    try:
        with transaction.atomic():
            _process(config, ids)
    except Exception as error:
        if len(ids) == 1:
            logger.exception("event %s of extension configuration %s could not be processed", ids[0], config.pk)
            _note_failure(ids[0], error)
        return False
    return True


def _process(config: ExtensionConfig, ids: Sequence[int]) -> None:
    """Whoever changes the rows is the only one who stores what follows from them, also when a lease ran out."""
    waiting = InboundEvent.objects.filter(pk__in=ids, state=State.WAITING).order_by("pk")
    events = list(waiting.select_for_update())
    if not events:
        return
    capability = registry.capability(registry.manifest(config.slug))
    capability.receive(config, [event.record for event in events])
    mine = InboundEvent.objects.filter(pk__in=[event.pk for event in events])
    mine.update(state=State.PROCESSED, processed_at=timezone.now(), due_at=None)


def _note_failure(event_id: int, error: Exception) -> None:
    event = InboundEvent.objects.filter(pk=event_id).first()
    if event is None:
        return
    failed = {"attempts": event.attempts + 1, "problem": type(error).__name__[:80]}
    if event.attempts < len(PAUSES):
        failed["due_at"] = timezone.now() + PAUSES[event.attempts]
    else:
        failed |= {"state": State.GIVEN_UP, "due_at": None}
    # Unless somebody else processed it meanwhile.
    InboundEvent.objects.filter(pk=event_id, state=State.WAITING, attempts=event.attempts).update(**failed)
