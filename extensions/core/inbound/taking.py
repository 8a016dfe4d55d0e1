"""From the bytes of a message to rows: the provider proves and reads it, and all of it is kept or nothing."""

import hashlib
import json
import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus

from django.db import transaction
from django.utils import timezone

from extensions.core import registry, secret_settings
from extensions.core.contract import Forged, InboundRecord, Malformed
from extensions.core.inbound import counts, processing
from extensions.core.inbound.refusals import NotTaken
from extensions.core.inbound.texts import storable_json
from extensions.core.models import ExtensionConfig, InboundEvent, InboundHook
from iotdash.lib.crypto import CryptoError
from iotdash.lib.texts import storable

LONGEST_KEY = 120

logger = logging.getLogger(__name__)


def take(hook: InboundHook, method: str, headers: Mapping[str, str], body: bytes) -> None:
    """Keeps what the message tells, and what of it was told before only once. Raises NotTaken.

    That a configuration is paused changes nothing: nobody is asked anything, and the service would not tell it again.
    """
    events = _events(hook.config, method, headers, body)
    now = timezone.now()
    with transaction.atomic():
        # First, so that messages to one address wait for one another here and not half-way through the same keys.
        InboundHook.objects.filter(pk=hook.pk).update(last_received_at=now)
        counts.add(hook, now, received=1)
        InboundEvent.objects.bulk_create(events, ignore_conflicts=True)
        transaction.on_commit(lambda: processing.wake(hook.config_id))


def _events(config: ExtensionConfig, method: str, headers: Mapping[str, str], body: bytes) -> list[InboundEvent]:
    manifest = registry.manifest(config.slug)
    try:
        settings = secret_settings.whole(config)
    except CryptoError as error:
        raise NotTaken(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
    try:
        return [_event(config, record) for record in manifest.inbound.parse(method, headers, body, settings)]
    except Forged as error:
        raise NotTaken(HTTPStatus.FORBIDDEN, str(error)) from error
    except Malformed as error:
        raise NotTaken(HTTPStatus.BAD_REQUEST, str(error)) from error
    except Exception as error:
        # Not with its words: they may quote the message.
        logger.error("%s failed to read a message: %s at %s", manifest.slug, type(error).__name__, _place(error))
        sentence = f"The extension {manifest.name} failed unexpectedly. The log of this server has the details."
        raise NotTaken(HTTPStatus.INTERNAL_SERVER_ERROR, sentence) from error


def _event(config: ExtensionConfig, record: InboundRecord) -> InboundEvent:
    if not record.key or (record.at is not None and timezone.is_naive(record.at)):
        raise ValueError("A record needs a key, and its time a zone.")
    payload = json.loads(json.dumps(storable_json(record.payload), allow_nan=False))
    return InboundEvent(config=config, key=_key(record.key), payload=payload, at=record.at)


def _key(text: str) -> str:
    key = storable(text)
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno} in {frame.name}"
