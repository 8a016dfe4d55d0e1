"""One question to a carrier about its SIMs, inside the lane of the account."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from extensions.core import registry, secret_settings
from extensions.core.contract import BadResponse, Context, ProviderError
from extensions.core.lanes import LaneLost, Turn
from extensions.core.models import ExtensionConfig
from extensions.core.services import exchanges
from extensions.sims.contract import SimProvider

# A carrier that names the SIMs of an account in one answer needs 5 MB for a hundred thousand.
MOST_BYTES = 32 * 1024 * 1024

logger = logging.getLogger(__name__)
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


def is_of_present(config: ExtensionConfig) -> bool:
    """Whether an answer still speaks of the configuration's account: neither removed nor given other credentials since.

    `config` as it was when the carrier was asked.
    """
    same = ExtensionConfig.objects.present().filter(pk=config.pk, credentials_version=config.credentials_version)
    return same.exists()


@contextmanager
def guarded(config: ExtensionConfig) -> Iterator[None]:
    """A provider's bug and an answer that cannot be stored are an unusable answer, and a trace in the log."""
    try:
        yield
    except (ProviderError, LaneLost, OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("%s failed in synchronisation", config.slug)
        name = registry.manifest(config.slug).name
        sentence = f"The extension {name} failed unexpectedly. The log of this server has the details."
        raise BadResponse(sentence) from error
