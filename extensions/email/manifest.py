"""Email: invitations and other mail of an organization, sent through its own mail service."""

from extensions.core.contract import Inbound, LanePolicy, Manifest
from extensions.email import events, problems, rehearsal, settings
from extensions.email.diagnostics import WIRE
from extensions.email.paste import PASTE
from extensions.email.provider import Email
from extensions.email.schema import SETTINGS_SCHEMA

MANIFEST = Manifest(
    slug="email",
    device_key="",
    name="Email",
    category="Messaging",
    summary="Send invitations to new members through SendGrid or your own mail server.",
    life_cycle="SendGrid no longer takes the user name and password of an account; an API key takes their place.",
    capability="mailers",
    provider=Email(),
    settings_schema=SETTINGS_SCHEMA,
    settings_problems=problems.settings_problems,
    settings_warnings=problems.settings_warnings,
    account_key=settings.account_key,
    endpoint=settings.endpoint,
    derived=settings.derived,
    # Nobody publishes numbers. Five messages a second are sent in under two minutes on the busiest day that is allowed
    # (500 invitations), and stay below what mail servers take for a flood.
    lane=LanePolicy(per_second=5),
    service="the mail service",
    single=True,
    paste=PASTE,
    inbound=Inbound(parse=events.parse, guide=events.guide),
    wire=WIRE,
    sandbox=rehearsal.offer,
    demo=rehearsal.demo,
)
