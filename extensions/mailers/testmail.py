"""Send test email: one message to whoever asks for it, tried once, whose answer is shown beside the button."""

from datetime import timedelta
from textwrap import dedent

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html

from extensions.core import lanes
from extensions.core.models import ExtensionConfig
from extensions.core.services.operations import NotCallable, require_callable
from extensions.mailers import senders
from iotdash.accounts.models import User
from iotdash.audit.services import Source, record
from iotdash.organizations.authorization import authorize
from iotdash.organizations.letters import named, presentable
from iotdash.organizations.models import Membership, Organization
from iotdash.organizations.roles import MANAGE_EXTENSIONS
from iotdash.runtime import outbox
from iotdash.runtime.models import OutboxMail
from iotdash.runtime.outbox import Message

KIND = "test"
MOST_ATTEMPTS = 1
AT_MOST_EVERY = timedelta(seconds=10)
# After that nobody waits for the answer any more.
WANTED_FOR = timedelta(minutes=10)


@transaction.atomic
def ask(config: ExtensionConfig, source: Source) -> str:
    """Queues a message to the person who asks. Raises NotCallable, and NotAllowed for who is no administrator."""
    organization = Organization.objects.select_for_update().get(pk=config.organization_id)
    person = _administrator(organization, source.actor)
    require_callable(config)
    if senders.of(organization.public_id) != config:
        raise NotCallable(f"Mail of this organization is not sent through “{config.name}”.")
    newest = newest_of(organization, person)
    if newest and newest.created_at > timezone.now() - AT_MOST_EVERY:
        raise NotCallable("A test email was asked for a moment ago. Wait ten seconds before the next one.")
    outbox.queue(organization.public_id, KIND, str(person.pk))
    record(source, "test email asked", "extension", config.name)
    transaction.on_commit(lambda: lanes.try_now(config.lane_id))
    return f"A test email to {person.email} is on its way."


def newest_of(organization: Organization, person: User) -> OutboxMail | None:
    """The test that the person asked for last."""
    asked = OutboxMail.objects.filter(organization=organization.public_id, kind=KIND, reference=str(person.pk))
    return asked.order_by("-pk").first()


def compose(mail: OutboxMail) -> Message | None:
    """None when it comes too late, or the person is no member any more."""
    member = _members(mail.organization).filter(user_id=int(mail.reference)).first()
    if member is None or mail.created_at < timezone.now() - WANTED_FOR:
        return None
    name, site = named(member.organization), settings.PUBLIC_URL
    text = _TEXT.format(name=name, site=site)
    html = format_html(_HTML, name=name, site=site)
    return Message(member.user.email, "Test email", text, html, presentable(member.user.name), category=KIND)


def _administrator(organization: Organization, email: str) -> User:
    member = _members(organization.public_id).get(user__email=email)
    authorize(member, MANAGE_EXTENSIONS, organization)
    return member.user


def _members(organization: str) -> QuerySet[Membership]:
    """`organization` is the public id."""
    active = Membership.objects.active().filter(organization__public_id=organization)
    return active.select_related("user", "organization")


_TEXT = dedent(
    """\
    This is a test of the mail service of {name}.

    It reached you, so invitations of this organization reach people too.
    It was asked for by you, on a page of {site}.
    """
)
_HTML = (
    "<p>This is a test of the mail service of <strong>{name}</strong>.</p>"
    "<p>It reached you, so invitations of this organization reach people too.</p>"
    "<p>It was asked for by you, on a page of {site}.</p>"
)
