"""Who makes a message of a row: registered by kind in `AppConfig.ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from iotdash.runtime.models import OutboxMail


@dataclass(frozen=True)
class Message:
    """A message for one person, in plain text and HTML.

    `labels` are opaque ids that a service may keep for long and repeats when it tells what became of the message: no
    address, no name. `category` is one word for the service's statistics.
    """

    recipient: str
    subject: str
    text: str
    html: str
    recipient_name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    category: str = ""


# None: the message is no longer wanted. It may write, for instance when the lifetime of a link begins; the row's
# `attempts` count the attempt that it composes for.
Composer = Callable[[OutboxMail], Message | None]

_composers: dict[str, Composer] = {}


def register_composer(kind: str, composer: Composer) -> None:
    """Called from AppConfig.ready()."""
    _composers[kind] = composer


def composer_of(kind: str) -> Composer:
    """Raises KeyError for a kind that nobody composes."""
    return _composers[kind]
