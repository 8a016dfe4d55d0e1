"""What happens when a provider does not do what its contract says."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from extensions.core.contract import BadResponse, Manifest, PasteRefused, ProviderError
from extensions.core.lanes import LaneLost

logger = logging.getLogger(__name__)


@contextmanager
def guarded(manifest: Manifest, doing: str, *, may_have_happened: bool = False) -> Iterator[None]:
    """A provider's bug and an answer that cannot be stored are an unusable answer to users, and a trace in the log.

    Else the same work would fail at every turn and keep all other of its lane from theirs. A database that is away is
    no answer at all: the work is recovered as after a kill. `doing` is for the log.
    """
    try:
        yield
    except (ProviderError, LaneLost, OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("%s failed in %s", manifest.slug, doing)
        sentence = f"The extension {manifest.name} failed unexpectedly. The log of this server has the details."
        raise BadResponse(sentence, may_have_happened=may_have_happened) from error


@contextmanager
def guarded_paste(manifest: Manifest) -> Iterator[None]:
    """The same for reading what a person pasted: the log names the kind of error. Its words may quote the text."""
    try:
        yield
    except PasteRefused:
        raise
    except Exception as error:
        logger.error("%s failed in reading a paste: %s", manifest.slug, type(error).__name__)
        sentence = f"The extension {manifest.name} failed unexpectedly while it read this. Type the fields instead."
        raise PasteRefused(sentence) from error
