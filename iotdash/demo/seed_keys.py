"""API keys of the sample organization, in every state. Nobody knows their tokens: they are to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from iotdash.audit.services import Source
from iotdash.organizations.keys import services as keys
from iotdash.organizations.models import ApiKey, Organization
from iotdash.organizations.roles import Role


@dataclass(frozen=True)
class Key:
    """Days before now; `ends` and `used` are None where it does not, and was not. `maker`: who has this role."""

    name: str
    maker: Role
    role: Role
    made: int
    ends: int | None = None
    used: float | None = None
    address: str | None = None
    revoked: bool = False


KEYS: Sequence[Key] = (
    Key("Nightly export to billing", Role.OPERATOR, Role.ANALYST, 61, ends=-304, used=0.4, address="192.0.2.44"),
    Key("Commissioning app", Role.ADMINISTRATOR, Role.DEVELOPER, 12, used=2.2, address="2001:db8:40::1f"),
    Key("Wall display in the control room", Role.OPERATOR, Role.READER, 3),
    Key("Trial of the leak detection", Role.ADMINISTRATOR, Role.READER, 95, ends=5, used=6, address="198.51.100.7"),
    Key("Laptop of the former contractor", Role.OPERATOR, Role.OPERATOR, 140, used=33, revoked=True),
)


def seed(organization: Organization, source: Source) -> None:
    now = timezone.now()
    for key in KEYS:
        _make(organization, key, now, source)


def _make(organization: Organization, key: Key, now: datetime, source: Source) -> None:
    maker = organization.memberships.select_related("organization", "user").get(role=key.maker)
    made = keys.make(source, maker, key.name, key.role).key
    past = {
        "created_at": now - timedelta(days=key.made),
        "expires_at": None if key.ends is None else now - timedelta(days=key.ends),
        "last_used_at": None if key.used is None else now - timedelta(days=key.used),
        "last_used_address": key.address,
    }
    ApiKey.objects.filter(pk=made.pk).update(**past)
    if key.revoked:
        keys.revoke(source, made)
