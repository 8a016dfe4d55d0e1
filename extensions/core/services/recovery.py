"""Asking again after a failure: an account that nobody asks for anything would else be unreachable for ever."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from extensions.core import queries, registry, secret_settings
from extensions.core.contract import NoData, NotFound, PermissionDenied, Refused
from extensions.core.models import ConnectionCheck, ExtensionConfig, Health, Operation
from extensions.core.services import connection_checks
from extensions.core.words import PASSING
from iotdash.audit.services import Source
from iotdash.lib.crypto import CryptoError

ASK_AFTER = timedelta(seconds=30)


def ask_again() -> None:
    """Due-finder: a check for each configuration with an open lane in trouble, or that works without a proof."""
    now = timezone.now()
    pending = ConnectionCheck.objects.filter(config=OuterRef("pk"), answered_at=None)
    open_lane = Q(lane__blocked_until=None) | Q(lane__blocked_until__lte=now)
    unproved = _UNPROVED & ~Exists(_REFUSED)
    found = ExtensionConfig.objects.callable().filter(open_lane, _in_trouble(now) | unproved, ~Exists(pending))
    for config in found.select_related("organization", "lane"):
        if _has_calls_to_spare(config):
            _check(config)


# Its check was throttled, say, and other calls were answered since: until a check proves it, its calls pass through a
# lane of their own and count beside those of others who use the account.
_UNPROVED = Q(health=Health.CONNECTED, proved_at=None)
# Checks are forgotten after an hour. Until then the same question would get the same answer, and every answer may count
# for a quota.
_REFUSED = ConnectionCheck.objects.filter(
    config=OuterRef("pk"), error__in=[error.__name__ for error in (PermissionDenied, Refused, NotFound, NoData)]
)


def _in_trouble(now: datetime) -> Q:
    """And nothing else will ask soon."""
    waiting = Operation.objects.filter(config=OuterRef("pk"), settled_at=None)
    return Q(~Exists(waiting), health__in=PASSING, last_attempt_at__lt=now - ASK_AFTER)


def _has_calls_to_spare(config: ExtensionConfig) -> bool:
    """The last calls of a quota are for what people and synchronisation ask, which tells the health as well."""
    return not queries.meter_of(config).nearly_spent


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
