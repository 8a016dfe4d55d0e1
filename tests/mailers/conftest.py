"""A made-up mail service, its configuration, letters to send through it; lanes that neither wait nor send messages."""

from collections.abc import Callable

import pytest

from extensions.core import lanes, registry
from extensions.core.models import ConnectionCheck
from extensions.core.services import configurations, connection_checks
from iotdash.runtime import outbox
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Message, composers
from tests.extensions.conftest import later, messages  # noqa: F401
from tests.mailers import postco


@pytest.fixture
def post(monkeypatch) -> postco.PostCo:
    """The only mail service that is installed."""
    provider = postco.PostCo()
    others = {slug: each for slug, each in registry._manifests.items() if each.capability != "mailers"}
    monkeypatch.setattr(registry, "_manifests", others | {"postco": postco.manifest(provider)})
    return provider


@pytest.fixture
def add_config(post, source) -> Callable:
    """`add_config(organization, **settings)`: one whose settings a check has proved."""

    def add(organization, **settings):
        manifest, values = registry.manifest("postco"), postco.SETTINGS | settings
        check = connection_checks.ask(organization, manifest, values, source)
        lanes.run(check.lane_id)
        assert ConnectionCheck.objects.get(pk=check.pk).state == "proved"
        return configurations.add(organization, manifest, "Post", values, source)

    return add


@pytest.fixture
def config(organization, add_config):
    return add_config(organization)


@pytest.fixture
def unwanted(monkeypatch) -> set[str]:
    """References of letters that nobody wants any more. The composer of letters is here with them."""
    references: set[str] = set()

    def compose(mail: OutboxMail) -> Message | None:
        if mail.reference in references:
            return None
        labels = {"attempt": str(mail.attempts)}
        return Message(f"{mail.reference}@example.com", "Hello", "Hello.", "<p>Hello.</p>", labels=labels)

    monkeypatch.setitem(composers._composers, "letter", compose)
    return references


@pytest.fixture
def write(organization, unwanted, django_capture_on_commit_callbacks) -> Callable:
    """`write("ada")` queues a letter to ada@example.com, committed."""

    def queue(*names: str, of=organization) -> OutboxMail:
        with django_capture_on_commit_callbacks(execute=True):
            mails = [outbox.queue(of.public_id, "letter", name) for name in names]
        mails[-1].refresh_from_db()
        return mails[-1]

    return queue


@pytest.fixture
def run(config) -> Callable:
    """`run(mail)` lets the lane of the configuration work, and gives the letter back as it then is."""

    def work(mail: OutboxMail | None = None) -> OutboxMail | None:
        config.refresh_from_db()
        lanes.run(config.lane_id)
        if mail:
            mail.refresh_from_db()
        return mail

    return work
