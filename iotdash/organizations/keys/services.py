"""Writes: API keys made, changed and revoked. Each leaves its entry in the activity log, never a token."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from iotdash.audit.services import Source, record
from iotdash.organizations.authorization import acting, authorize, authorize_over
from iotdash.organizations.keys import tokens
from iotdash.organizations.models import ApiKey, Membership
from iotdash.organizations.models.api_key import new_key_id
from iotdash.organizations.roles import MANAGE_ALL_KEYS, MANAGE_KEYS, Role

KIND = "API key"


class Refused(Exception):
    """Why a key stays as it is, in a sentence with what to do instead."""


@dataclass(frozen=True)
class Made:
    """A new key; `token` is known now and never again."""

    key: ApiKey
    token: str


@transaction.atomic
def make(source: Source, maker: Membership, name: str, role: Role, expires_at: dt.datetime | None = None) -> Made:
    """`role` is at most the maker's. Raises NotAllowed."""
    maker = acting(maker, MANAGE_KEYS, maker.organization)
    authorize_over(maker, role, f"API keys of {role.label}s")
    token = tokens.new_token()
    key = ApiKey.objects.create(
        public_id=new_key_id(maker.organization),
        organization=maker.organization,
        name=name,
        role=role,
        token_digest=tokens.digest_of(token),
        maker=maker,
        made_by=maker.user.email,
        expires_at=expires_at,
    )
    record(source, "API key made", KIND, key.public_id, name=name, role=role, until=_stamp(expires_at))
    return Made(key, token)


@transaction.atomic
def change(source: Source, key: ApiKey, *, name: str, expires_at: dt.datetime | None, by: Membership) -> None:
    """Another name, another end; nothing happens if both are the same. Raises Refused and NotAllowed."""
    current = _now(key, by)
    if current.revoked_at:
        raise Refused("This API key is revoked, and stays so. Make a new one.")
    former_name, former_end = current.name, current.expires_at
    current.name, current.expires_at = name, expires_at
    current.save(update_fields=["name", "expires_at"])
    if name != former_name:
        record(source, "API key renamed", KIND, current.public_id, before=former_name, after=name)
    if expires_at != former_end:
        ends = {"before": _stamp(former_end), "after": _stamp(expires_at)}
        record(source, "API key given another end", KIND, current.public_id, name=name, **ends)


@transaction.atomic
def revoke(source: Source, key: ApiKey, *, by: Membership | None = None) -> None:
    """It lets nobody in from the next request on, and for ever. None is the support staff. Raises NotAllowed."""
    current = _now(key, by)
    if current.revoked_at:
        return
    current.revoked_at, current.revoked_by = timezone.now(), source.actor
    current.save(update_fields=["revoked_at", "revoked_by"])
    record(source, "API key revoked", KIND, current.public_id, name=current.name, made_by=current.made_by)


def _now(key: ApiKey, by: Membership | None) -> ApiKey:
    """The key as it is, while nobody else changes it."""
    current = ApiKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if by is not None:
        require_reach(current, acting(by, MANAGE_KEYS, current.organization))
    return current


def require_reach(key: ApiKey, actor: Membership) -> None:
    """Raises NotAllowed unless it is one's own, or one that others made, up to one's own role."""
    if key.maker_id != actor.pk:
        authorize(actor, MANAGE_ALL_KEYS, key.organization)
        authorize_over(actor, Role(key.role), "this API key")


def _stamp(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="minutes") if moment else ""
