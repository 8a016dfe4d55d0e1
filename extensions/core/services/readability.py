"""Configurations whose secrets the worker cannot read: marked while their key is missing, and healed by themselves."""

from django.db.models import Q, QuerySet

from extensions.core import health, secret_settings
from extensions.core.models import ExtensionConfig
from iotdash.lib import crypto


def review() -> None:
    """Due-finder: marks what this worker has no key for, and takes the mark from what it can read again."""
    stored = ExtensionConfig.objects.present().exclude(secrets="").select_related("organization")
    for config in stored.filter(unreadable_at=None).exclude(_has_key()):
        _note(config)
    for config in stored.filter(_has_key()).exclude(unreadable_at=None):
        _note(config)


def _has_key() -> Q:
    found = Q(pk__in=[])
    for key_id in crypto.key_ids():
        found |= Q(secrets__startswith=crypto.prefix_of(key_id))
    return found


def _note(config: ExtensionConfig) -> None:
    try:
        secret_settings.whole(config)
    except crypto.CryptoError as error:
        health.note_unreadable(config, error)
    else:
        health.note_readable(config)


def sentence() -> str:
    """For whoever runs the server: how many configurations a worker has marked; "" when none."""
    marked: QuerySet[ExtensionConfig] = ExtensionConfig.objects.present().exclude(unreadable_at=None)
    count = marked.count()
    if not count:
        return ""
    return f"A worker cannot read secrets of extension configurations: {count}. Their pages say which key is missing."
