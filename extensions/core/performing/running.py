"""The next step of an operation, with the settings that it needs."""

from django.utils import timezone

from extensions.core import health, registry, secret_settings
from extensions.core.contract import Context
from extensions.core.lanes import Turn
from extensions.core.models import Operation
from extensions.core.performing.reading_back import read_back
from extensions.core.performing.sending import perform
from extensions.core.services import exchanges
from iotdash.lib.crypto import CryptoError


def run(operation: Operation, turn: Turn) -> None:
    """The next step of an unsettled operation: send it, or read back what became of it."""
    sent_before = operation.sent_at is not None
    if operation.kind != "read" and sent_before:
        _step(operation, turn, read_back)
    else:
        _step(operation, turn, perform)


def _step(operation: Operation, turn: Turn, work) -> None:
    manifest = registry.manifest(operation.config.slug)
    try:
        settings = secret_settings.whole(operation.config)
    except CryptoError as error:
        health.note_unreadable(operation.config, error)
        return
    recorder = exchanges.of_operation(operation, settings, read_back=work is read_back)
    with turn.session(recorder) as session:
        work(operation, turn, manifest, Context(settings=settings, http=session, now=timezone.now))
