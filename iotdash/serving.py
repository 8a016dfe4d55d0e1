"""What a web or worker process makes sure of before it serves. One-off commands are only warned."""

import ctypes
import gc
import logging
from contextlib import suppress

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError

from iotdash.lib import crypto
from iotdash.lib.key_doctor import watch
from iotdash.runtime import key_marks

logger = logging.getLogger(__name__)


def refuse_unsafe() -> None:
    """Raises SystemCheckError when a check finds an error, or a key is missing, malformed, or the known one.

    With keys that cannot read what is stored it serves: the log, the pages and `/healthz` name the missing key.
    """
    call_command("check")
    if not settings.DEBUG:
        call_command("check", tags=["secrets"], fail_level="WARNING")
    _refuse_another_digest_key()
    watch.look()
    logger.info("encryption keys: %s", ", ".join(crypto.key_ids()) or "none")


def _refuse_another_digest_key() -> None:
    if not settings.IOTDASH_DIGEST_KEY:
        return
    try:
        key_marks.note_digest_key()
        fits = key_marks.digest_key_fits()
    except DatabaseError as error:
        logger.warning("IOTDASH_DIGEST_KEY could not be compared with the database: %s", type(error).__name__)
        return
    if not fits:
        raise SystemCheckError(
            "IOTDASH_DIGEST_KEY is not the key that this database was used with: device tokens and API keys would be "
            "refused, and accounts would be called twice as fast as allowed. Set it to what it was before. If that is "
            "lost for good, stop everything and run: manage.py secrets accept-digest-key"
        )


def settle_memory() -> None:
    """Hands back to the system what only starting needed, and spares the collector what stays for good.

    The checks alone leave a tenth of a process behind; a collection over all that is imported stops every thread for
    a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError):
        # Of the GNU C library; others give memory back by themselves, or not at all.
        ctypes.CDLL(None).malloc_trim(0)
