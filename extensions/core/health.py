"""Health of a configuration: what the last calls said of it. Noted when it changes, not on every call."""

import logging

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from extensions.core import lanes, registry
from extensions.core.contract import AuthRejected, CannotConnect, ProviderError, QuotaSpent, Throttled
from extensions.core.models import ExtensionConfig, Health
from iotdash.audit.services import Source, record
from iotdash.lib.crypto import CryptoError

logger = logging.getLogger(__name__)

# Errors that speak of the account or the way to it; the others speak of one subject or one request.
_OF_ACCOUNT = (Throttled, QuotaSpent, CannotConnect)


def note_success(config: ExtensionConfig) -> None:
    """A call was answered: the configuration is connected, and so is everybody else who was waiting on its lane."""
    now = timezone.now()
    _row(config).update(last_success_at=now, last_attempt_at=now)
    lanes.note_success(config.lane_id)
    # One question as a rule: when all is well, nothing is to be written.
    waiting = Q(lane_id=config.lane_id, health__in=(Health.THROTTLED, Health.QUOTA_SPENT, Health.UNREACHABLE))
    itself = Q(pk=config.pk) & ~Q(health=Health.CONNECTED, health_reason="")
    for each in ExtensionConfig.objects.present().filter(waiting | itself):
        _change(config if each.pk == config.pk else each, Health.CONNECTED, "")


def note_failure(config: ExtensionConfig, error: ProviderError) -> None:
    """A call failed. Refused credentials concern this configuration; a shut lane concerns all that share it."""
    _row(config).update(last_attempt_at=timezone.now())
    if isinstance(error, AuthRejected):
        _change(config, Health.NEEDS_ATTENTION, _reason(error))
        return
    if not error.retry_helps and not isinstance(error, _OF_ACCOUNT):
        note_success(config)
        return
    lanes.note_failure(config.lane_id, error, registry.manifest(config.slug).lane.longest_pause)
    health = _of_lane(config, error)
    if health:
        for other in ExtensionConfig.objects.callable().filter(lane_id=config.lane_id):
            _change(other, health, _reason(error))


@transaction.atomic
def note_unreadable(config: ExtensionConfig, error: CryptoError) -> None:
    """The stored secrets cannot be decrypted. They and the health are kept as they are until the key is back."""
    reason = str(error)[:300]
    if _row(config).filter(unreadable_at=None).update(unreadable_at=timezone.now(), unreadable_reason=reason):
        record(_source(config), "extension secrets unreadable", "extension", config.name, reason=reason)
        logger.error("the secrets of extension configuration %s cannot be read: %s", config.pk, reason)


@transaction.atomic
def note_readable(config: ExtensionConfig) -> None:
    """They can be decrypted again: what was waiting goes on."""
    if _row(config).exclude(unreadable_at=None).update(unreadable_at=None, unreadable_reason=""):
        record(_source(config), "extension secrets readable again", "extension", config.name)
        logger.info("the secrets of extension configuration %s can be read again", config.pk)
        transaction.on_commit(lambda: lanes.wake(config.lane_id))


def _of_lane(config: ExtensionConfig, error: ProviderError) -> Health | None:
    config.lane.refresh_from_db()
    if isinstance(error, CannotConnect):
        return Health.UNREACHABLE
    return Health(config.lane.block) if config.lane.block else None


def _reason(error: ProviderError) -> str:
    return f"{error.sentence} ({error.words})" if error.words and error.words not in error.sentence else error.sentence


def _row(config: ExtensionConfig) -> QuerySet[ExtensionConfig]:
    """Nothing once it was removed, or its credentials replaced: a call made before says nothing about those."""
    return ExtensionConfig.objects.present().filter(pk=config.pk, credentials_version=config.credentials_version)


def _source(config: ExtensionConfig) -> Source:
    return Source(actor="iotdash", organization=config.organization.public_id)


@transaction.atomic
def _change(config: ExtensionConfig, health: Health, reason: str) -> None:
    reason = reason[:500]
    row = _row(config)
    if not row.exclude(health=health).update(health=health, health_since=timezone.now(), health_reason=reason):
        row.exclude(health_reason=reason).update(health_reason=reason)
        return
    record(_source(config), f"extension {health.value}", "extension", config.name, reason=reason)
    logger.info("extension configuration %s is now %s: %s", config.pk, health.value, reason)
