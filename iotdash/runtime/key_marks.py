"""The digest key must never change: device tokens and API keys would stop working, and the lane of an account would
split in two. So a mark of it is kept in the database, and a process with another key does not serve.
"""

import hmac
from collections.abc import Callable

from django.db import transaction

from iotdash.lib import crypto
from iotdash.runtime.models import KeyMark

_NAME = "digest key"

# Works out anew what digests can be worked out, and says in a sentence what cannot.
Redigest = Callable[[], str]
_redigests: dict[str, Redigest] = {}


def register_redigest(name: str, redigest: Redigest) -> None:
    """Called from AppConfig.ready(), by whoever stores keyed digests for longer than an hour."""
    _redigests[name] = redigest


def digest_key_fits() -> bool:
    """Whether it is the key that this database was used with before; before the first start any is."""
    kept = KeyMark.objects.filter(name=_NAME).first()
    return kept is None or hmac.compare_digest(kept.mark, _current())


def note_digest_key() -> None:
    """The first one is kept in mind. For processes that serve: a command may run with anything in its environment."""
    KeyMark.objects.get_or_create(name=_NAME, defaults={"mark": _current()})


@transaction.atomic
def accept_digest_key() -> list[str]:
    """Goes on with the configured key after the former one was lost; says what became of each kind of digest."""
    sentences = [redigest() for redigest in _redigests.values()]
    KeyMark.objects.update_or_create(name=_NAME, defaults={"mark": _current()})
    return sentences


def _current() -> str:
    return crypto.keyed_digest("mark", "digest key")
