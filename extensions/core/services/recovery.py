"""Asking again after a failure: an account that nobody asks for anything would else be unreachable for ever."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from extensions.core import registry, secret_settings
from extensions.core.models import ConnectionCheck, ExtensionConfig, Operation
from extensions.core.services import connection_checks
from extensions.core.words import PASSING
from iotdash.audit.services import Source
from iotdash.lib.crypto import CryptoError

ASK_AFTER = timedelta(seconds=30)


def ask_again() -> None:
    """Due-finder: a check for each configuration in trouble whose lane is open and that nothing else will ask soon."""
    now = timezone.now()
    pending = ConnectionCheck.objects.filter(config=OuterRef("pk"), answered_at=None)
    waiting = Operation.objects.filter(config=OuterRef("pk"), settled_at=None)
    open_lane = Q(lane__blocked_until=None) | Q(lane__blocked_until__lte=now)
    in_trouble = ExtensionConfig.objects.callable().filter(
        open_lane, ~Exists(pending), ~Exists(waiting), health__in=PASSING, last_attempt_at__lt=now - ASK_AFTER
    )
    for config in in_trouble.select_related("organization", "lane"):
        _check(config)


def _check(config: ExtensionConfig) -> None:
    manifest = registry.manifests().get(config.slug)
    if manifest is None:
        return
    try:
        settings = secret_settings.whole(config)
    except CryptoError:
        # The review of readability says so; there is nothing to ask without them.
        return
    source = Source(actor="iotdash", organization=config.organization.public_id)
    connection_checks.ask(config.organization, manifest, settings, source, config, quiet=True)
