"""Sending one message inside the lane of its account, and what the service's answer or error means for it."""

import logging

from django.db import InterfaceError, OperationalError
from django.db.models import Exists
from django.utils import timezone

from extensions.core import health, registry, secret_settings
from extensions.core.contract import AuthRejected, Context, ProviderError, QuotaSpent, Refused, Throttled
from extensions.core.guard import guarded
from extensions.core.lanes import LaneLost, Turn
from extensions.core.models import ExtensionConfig, Lane
from extensions.core.services import exchanges
from extensions.mailers import senders, testmail, waiting
from extensions.mailers.contract import OutgoingMail, Taken
from extensions.mailers.words import told
from iotdash.lib.crypto import CryptoError
from iotdash.lib.logging import redact_links
from iotdash.runtime import outbox
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import progress

NOT_COMPOSED = "The message could not be put together. The log of this server has the details."

logger = logging.getLogger(__name__)


def send(config: ExtensionConfig, mail: OutboxMail, turn: Turn) -> None:
    """One attempt. Settings that cannot be read leave the message as it is, to wait for them."""
    try:
        settings = secret_settings.whole(config)
    except CryptoError as error:
        health.note_unreadable(config, error)
        waiting.hold(mail.organization)
        return
    if progress.take(mail, turn.holder, Exists(senders.working().filter(pk=config.pk))):
        message = _composed(mail)
        if message:
            _hand_over(config, mail, turn, settings, message)


def _composed(mail: OutboxMail) -> OutgoingMail | None:
    """None when it is not sent now: nobody wants it any more, or whoever knows what it says failed."""
    try:
        message = outbox.composer_of(mail.kind)(mail)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("mail %s of kind %s cannot be composed", mail.public_id, mail.kind)
        progress.try_again(mail, NOT_COMPOSED)
        return None
    if message is None:
        outbox.withdraw(mail)
        return None
    return OutgoingMail(mail_id=str(mail.public_id), **vars(message))


def _hand_over(config: ExtensionConfig, mail: OutboxMail, turn: Turn, settings: dict, message: OutgoingMail) -> None:
    """The service may have taken what it never answered; it is sent again, since none may be lost."""
    manifest = registry.manifest(config.slug)
    try:
        with guarded(manifest, "sending mail", may_have_happened=True):
            with turn.session(exchanges.of_configuration(config, settings, "mail")) as session:
                context = Context(settings, session, timezone.now, connect=turn.connect)
                taken: Taken = manifest.provider.send(context, message)
            progress.note_sent(mail, taken.words, taken.message_id)
    except LaneLost:
        progress.put_back(mail)
    except ProviderError as error:
        # Who refuses a message may quote it, and health is told to everybody.
        error.sentence, error.words = redact_links(error.sentence), redact_links(error.words)
        health.note_failure(config, error)
        _not_taken(config, mail, error)
    else:
        health.note_success(config)


def _not_taken(config: ExtensionConfig, mail: OutboxMail, error: ProviderError) -> None:
    if isinstance(error, AuthRejected):
        _credentials_refused(mail, error)
    elif isinstance(error, Throttled | QuotaSpent):
        progress.put_back(mail, told(error), _lane(config).blocked_until)
    elif error.retry_helps or error.may_have_happened or (isinstance(error, Refused) and error.later):
        most = testmail.MOST_ATTEMPTS if mail.kind == testmail.KIND else progress.MOST_ATTEMPTS
        progress.try_again(mail, told(error), most_attempts=most, not_before=_lane(config).blocked_until)
    else:
        progress.note_failed(mail, told(error))


def _credentials_refused(mail: OutboxMail, error: AuthRejected) -> None:
    """Nothing is wrong with the message: like all others it waits. Only a test has its answer."""
    if mail.kind == testmail.KIND:
        progress.note_failed(mail, told(error))
    else:
        progress.put_back(mail)
    waiting.hold(mail.organization)


def _lane(config: ExtensionConfig) -> Lane:
    """As this error left it."""
    return Lane.objects.get(pk=config.lane_id)
