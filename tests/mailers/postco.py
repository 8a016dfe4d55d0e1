"""A made-up mail service: does what a test's script says, and keeps what it was given.

It stands in for a provider, not for a service: the tests that use it are about what becomes of a provider's answers.
"""

from collections.abc import Callable

from extensions.core.contract import Context, LanePolicy, Manifest, Proof
from extensions.mailers.contract import OutgoingMail, Taken

SETTINGS = {"user": "post", "key": "s3cret-key", "host": "postco.test"}
SETTINGS_SCHEMA = {
    "type": "object",
    "required": ["user", "key", "host"],
    "additionalProperties": False,
    "properties": {
        "user": {"type": "string", "title": "User name"},
        "key": {"type": "string", "title": "Key", "writeOnly": True},
        "host": {"type": "string", "title": "Host", "x-address": True},
    },
}


class PostCo:
    """`will` is a list of errors to raise, answers to give, or functions to call, in order; then it takes all."""

    def __init__(self) -> None:
        self.will: list[Exception | Taken | Callable[[], Taken]] = []
        self.given: list[OutgoingMail] = []
        self.settings: dict = {}

    def check(self, context: Context) -> Proof:
        return Proof("The key of post is accepted.")

    def send(self, context: Context, mail: OutgoingMail) -> Taken:
        self.given.append(mail)
        self.settings = dict(context.settings)
        step = self.will.pop(0) if self.will else Taken(f"250 Ok: queued as {len(self.given)}", f"m{len(self.given)}")
        if isinstance(step, BaseException):
            raise step
        return step() if callable(step) else step

    @property
    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.given]


def manifest(provider: PostCo, **changes) -> Manifest:
    known = {
        "slug": "postco",
        "device_key": "",
        "name": "PostCo",
        "category": "Messaging",
        "summary": "A made-up mail service.",
        "life_cycle": "Made up.",
        "capability": "mailers",
        "provider": provider,
        "settings_schema": SETTINGS_SCHEMA,
        "account_key": lambda settings: f"postco {settings['host']} {settings['user']}",
        "lane": LanePolicy(per_second=1000),
        "endpoint": lambda settings: f"https://{settings['host']}/",
        "single": True,
    }
    return Manifest(**(known | changes))
