"""Members, invitations and mail worth looking at. `make` runs inside the product, by `manage.py shell`."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import timezone

from extensions.core import registry
from extensions.core.contract import Sandbox
from extensions.core.services import configurations, connection_checks
from iotdash.accounts.models import User
from iotdash.accounts.services import create_person
from iotdash.audit.services import Source
from iotdash.organizations import wordings
from iotdash.organizations.invitations import services
from iotdash.organizations.invitations.importing import services as importing
from iotdash.organizations.invitations.wording import LETTER, Wording
from iotdash.organizations.keys import services as keys
from iotdash.organizations.models import Invitation, Organization
from iotdash.organizations.roles import Role
from iotdash.organizations.services import add_member, create_organization
from iotdash.runtime.models import OutboxMail
from tests.e2e.product import PASSWORD

FOLK, FOLK_ADMIN = "folk01", "folk@example.com"
WAIT, WAIT_ADMIN = "wait01", "wait@example.com"
GATE = "gate01"
LONG = "alexandra-konstantinopoulou.field-operations.north@maintenance.blue-valley-water.example.com"
LONG_MEMBER = LONG.replace("alexandra", "maximiliane")
WORDING = Wording(
    "Join us at {organization}",
    """Good day,

{inviter} asks you to look after the pumps and meters of {organization}, as {role}. {membership}

Please open this link before your first shift:

{link}""",
)
MEMBERS = (
    ("owen.lindqvist@example.com", "Owen Lindqvist", Role.OPERATOR),
    (LONG_MEMBER, "Maximiliane Konstantinopoulou-Featherstonehaugh", Role.DEVELOPER),
    ("blocked@example.org", "Bram de Wit", Role.ANALYST),
    ("left@example.org", "Lena Fröhlich", Role.READER),
    ("contractor@example.net", "", Role.DEVELOPER),
)
BOUNCED = "550 5.1.1 The email account that you tried to reach does not exist. Please check the recipient's address"
FILE = f"""Email address;Role;Until
{LONG};PD_DEVELOPER_USER;2027-03-13
owen.lindqvist@example.com;PD_OPERATOR_USER;
sofia@example.com;PD_ANALYST_USER;1899072000000
sofia@example.com;PD_READER_USER;
not an address;PD_READER_USER;
tomas@example.com;Caretaker;
ute@example.com;Reader;31.12.2027
pending-01@example.com;Reader;
"""
EARLIER = FILE.replace("sofia", "selma").replace("tomas", "timo").replace("ute", "uwe")
State = OutboxMail.State


def make() -> dict[str, str]:
    """Paths by name."""
    folk, source = _organization(FOLK), Source(actor=FOLK_ADMIN, organization=FOLK)
    paths = {"member": _members(folk, source), "mail": _mail_service(folk, source, _sandbox().settings)}
    _keys(folk, source)
    _invitations(folk)
    wordings.save(LETTER, source, folk, WORDING)
    paths |= _imports(folk, source)
    paths["mail_waiting"] = _waiting(_organization(WAIT), Source(actor=WAIT_ADMIN, organization=WAIT))
    _gate(folk.memberships.get(user__email=FOLK_ADMIN).user)
    return paths | {"inbox": settings.IOTDASH_SANDBOXES["email"]}


def _gate(person: User) -> None:
    """Requires what the person, who is at home elsewhere, does not have."""
    source = Source(actor=FOLK_ADMIN, organization=GATE)
    create_organization(source, "Harbour Authority", person, public_id=GATE)
    Organization.objects.filter(public_id=GATE).update(second_factor_required=True)


def _organization(public_id: str) -> Organization:
    return Organization.objects.get(public_id=public_id)


def _sandbox() -> Sandbox:
    return registry.manifests()["email"].sandbox()


def _members(folk: Organization, source: Source) -> str:
    """Path of the one with the longest name."""
    User.objects.filter(email=FOLK_ADMIN).update(name="Folke Andersson")
    made = {}
    for email, name, role in MEMBERS:
        person, _ = create_person(source, email, PASSWORD, name=name)
        made[email] = add_member(source, folk, person, role)
    now = timezone.now()
    _change(made["blocked@example.org"], blocked_at=now - timedelta(days=3), blocked_by=FOLK_ADMIN)
    _change(made["left@example.org"], expires_at=now - timedelta(days=9))
    _change(made["contractor@example.net"], expires_at=now + timedelta(days=12))
    User.objects.filter(email="owen.lindqvist@example.com").update(last_login=now - timedelta(hours=5))
    return f"/{FOLK}/members/{made[LONG_MEMBER].pk}/"


def _keys(folk: Organization, source: Source) -> None:
    """One in each state, and one that counts for less than it says."""
    now, of = timezone.now(), {each.user.email: each for each in folk.memberships.select_related("user")}
    owen, long = of["owen.lindqvist@example.com"], of[LONG_MEMBER]
    used = keys.make(source, owen, "Nightly export to the ledger", Role.OPERATOR, now + timedelta(days=90)).key
    _change(used, last_used_at=now - timedelta(minutes=3), last_used_address="2001:db8:7f00:15:a4c1:8e2f:11:902")
    lowered = keys.make(
        source, long, "Registration of pumps that were delivered to the northern districts", Role.READER
    ).key
    _change(lowered, role=Role.ADMINISTRATOR, created_at=now - timedelta(days=40))
    expired = keys.make(source, long, "Trade fair", Role.READER).key
    _change(expired, created_at=now - timedelta(days=9), expires_at=now - timedelta(days=2))
    keys.revoke(source, keys.make(source, owen, "Lost with the laptop", Role.ANALYST).key)
    _change(keys.make(source, owen, "Meter readings", Role.READER).key, maker=of["blocked@example.org"])


def _change(row: Model, **values: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(**values)


def _mail_service(organization: Organization, source: Source, settings_at: Callable[[str], dict]) -> str:
    """Adds it, asks for a check; returns the configuration's path."""
    manifest = registry.manifests()["email"]
    values = settings_at(settings.IOTDASH_SANDBOXES["email"])
    config = configurations.add(organization, manifest, "Email", values, source)
    connection_checks.ask(organization, manifest, values, source, config)
    return f"/{organization.public_id}/extensions/{config.pk}/"


def _invitations(folk: Organization) -> None:
    """One in each state, and enough pending ones for a second page."""
    now = timezone.now()
    for number in range(20):
        ago = timedelta(days=2, minutes=number)
        _invited(folk, f"pending-{number:02d}@example.com", State.DELIVERED, ago, token_expires_at=now + timedelta(1))
    accepted = {"status": "accepted", "accepted_at": now - timedelta(hours=2), "accepted_by_hand": True}
    revoked = {"status": "revoked", "revoked_at": now - timedelta(minutes=50), "revoked_by": FOLK_ADMIN}
    _invited(folk, "late@example.com", State.DELIVERED, timedelta(days=3), token_expires_at=now - timedelta(days=1))
    _invited(folk, "revoked@example.com", State.WITHDRAWN, timedelta(hours=3), **revoked)
    _invited(folk, "owen.lindqvist@example.com", State.DELIVERED, timedelta(hours=5), **accepted)
    _invited(folk, "bounced@example.com", State.FAILED, timedelta(hours=1), BOUNCED, send_count=3)
    _invited(folk, "greylisted@example.com", State.DEFERRED, timedelta(minutes=40), "451 4.7.1 Greylisted")
    copied = {"copied_at": now - timedelta(minutes=2), "copied_by": FOLK_ADMIN, "role": Role.ADMINISTRATOR}
    _invited(folk, LONG, State.SENT, timedelta(minutes=9), member_expires_at=now + timedelta(days=180), **copied)


def _invited(folk: Organization, email: str, state: str, ago: timedelta, detail: str = "", **values: Any) -> None:
    then = timezone.now() - ago
    settled = {"sent_at": None if state == State.FAILED else then, "settled_at": then, "created_at": then}
    mail = OutboxMail.objects.create(
        organization=FOLK, kind="invitation", reference=email, state=state, detail=detail, **settled
    )
    given = {"role": Role.OPERATOR, "invited_by": FOLK_ADMIN, "created_at": then, "send_count": 1}
    given |= {"token_expires_at": timezone.now() + timedelta(hours=47), "email_normalized": email.lower()}
    Invitation.objects.create(organization=folk, email=email, mail=mail, **given | values)


def _imports(folk: Organization, source: Source) -> dict[str, str]:
    """One that waits for its confirmation, one that is through."""
    actor = folk.memberships.get(user__email=FOLK_ADMIN)
    done = importing.keep(source, folk, "spring intake.csv", EARLIER.encode())
    importing.confirm(source, actor, done, importing.seen_as(done))
    new = importing.keep(source, folk, "summer intake of the northern districts, second draft.csv", FILE.encode())
    folder = f"/{FOLK}/members/import"
    return {"import_results": f"{folder}/{done.public_id}/", "import_preview": f"{folder}/{new.public_id}/"}


def _waiting(organization: Organization, source: Source) -> str:
    """Its key was revoked, so that invitations wait."""
    revoked = partial(_wrong_settings, "a revoked key")
    path = _mail_service(organization, source, revoked)
    actor = organization.memberships.get(user__email=WAIT_ADMIN)
    for email in ("sofia@example.com", "tomas@example.com", LONG):
        services.invite(source, actor, email, Role.READER)
    return path


def _wrong_settings(what: str, base_url: str) -> dict[str, Any]:
    return dict(_sandbox().wrong_settings(base_url)[what])
