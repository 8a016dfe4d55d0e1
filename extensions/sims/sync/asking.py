"""One question to a carrier about its SIMs, inside the lane of the account."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from django.utils import timezone

from extensions.core import guard, health, registry, secret_settings
from extensions.core.contract import (
    AuthRejected,
    Context,
    NoData,
    NotFound,
    PermissionDenied,
    ProviderError,
    QuotaSpent,
    Refused,
    Throttled,
)
from extensions.core.lanes import LaneLost, Turn
from extensions.core.models import ExtensionConfig
from extensions.core.services import exchanges
from extensions.sims.contract import SimProvider
from iotdash.lib.crypto import CryptoError

# A carrier that names the SIMs of an account in one answer needs 5 MB for a hundred thousand.
MOST_BYTES = 32 * 1024 * 1024
# Errors that speak of the SIM asked about: the next one may go better.
OF_SIM = (NoData, NotFound, PermissionDenied, Refused)
OF_ACCOUNT = (AuthRejected, QuotaSpent, Throttled)

Answer = TypeVar("Answer")


def provider_of(config: ExtensionConfig) -> SimProvider:
    return registry.manifest(config.slug).provider


def ask(config: ExtensionConfig, turn: Turn, question: Callable[[SimProvider, Context], Answer]) -> Answer:
    """Raises the contract's errors, LaneLost, and CryptoError where the settings cannot be read."""
    settings = secret_settings.whole(config)
    recorder = exchanges.of_configuration(config, settings, turn.purpose.label)
    with turn.session(recorder) as session, guarded(config):
        session.max_body = MOST_BYTES
        return question(provider_of(config), Context(settings=settings, http=session, now=timezone.now))


def ask_and_store(
    config: ExtensionConfig,
    turn: Turn,
    question: Callable[[SimProvider, Context], Answer],
    store: Callable[[Answer], None],
    failed: Callable[[ProviderError], None],
) -> None:
    """Asks, has the answer stored or the failure noted, and tells health how it went. Lets no error out."""
    try:
        answer = ask(config, turn, question)
        with guarded(config):
            store(answer)
    except LaneLost:
        return
    except CryptoError as error:
        health.note_unreadable(config, error)
    except ProviderError as error:
        health.note_failure(config, error)
        failed(error)
    else:
        health.note_success(config)


def is_of_present(config: ExtensionConfig) -> bool:
    """Whether an answer still speaks of the configuration's account: neither removed nor given other credentials since.

    `config` as it was when the carrier was asked.
    """
    same = ExtensionConfig.objects.present().filter(pk=config.pk, credentials_version=config.credentials_version)
    return same.exists()


def guarded(config: ExtensionConfig) -> AbstractContextManager[None]:
    return guard.guarded(registry.manifest(config.slug), "synchronisation")
