"""Reads: the API keys of an organization, as people are shown them."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from iotdash.accounts.mfa.proof import second_factors
from iotdash.organizations.authorization import may
from iotdash.organizations.models import ApiKey, Membership, Organization
from iotdash.organizations.roles import MANAGE_ALL_KEYS, Role

MINE, WITHOUT_MAKER = "me", "nobody"


def keys(organization: Organization) -> QuerySet[ApiKey]:
    """With their makers, those people's accounts, and whether they have a second factor."""
    return with_second_factors(organization.api_keys.select_related("maker__user"))


def with_second_factors(found: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    """Loads what `ApiKey.state` would ask for each of them."""
    factors = second_factors().filter(user=OuterRef("maker__user"))
    return found.annotate(maker_has_second_factor=Exists(factors))


def matching(
    reader: Membership, *, state: str = "", role: str = "", maker: str = "", search: str = ""
) -> QuerySet[ApiKey]:
    """API keys of the reader's organization; "" does not count.

    `state`: as people are shown it. `maker`: MINE or WITHOUT_MAKER. `search`: the beginning of ID or name.
    """
    found = keys(reader.organization).filter(in_state(state))
    if role:
        found = found.filter(role=role)
    if maker:
        found = found.filter(maker=reader if maker == MINE else None)
    if search:
        found = found.filter(Q(public_id__startswith=search.lower()) | Q(name__istartswith=search))
    return found


def in_state(state: str) -> Q:
    """Those of which `ApiKey.state` says so."""
    expired = Q(expires_at__isnull=False, expires_at__lte=timezone.now())
    proved = Q(organization__second_factor_required=False) | Q(maker__user__in=second_factors().values("user"))
    here = Q(maker__in=Membership.objects.active()) & proved
    lasting = ~expired & Q(revoked_at=None)
    return {
        "": Q(),
        ApiKey.State.ACTIVE: lasting & here,
        ApiKey.State.STOPPED: lasting & (Q(maker=None) | ~here),
        ApiKey.State.EXPIRED: expired & Q(revoked_at=None),
        ApiKey.State.REVOKED: Q(revoked_at__isnull=False),
    }[state]


def find(organization: Organization, key_id: str) -> ApiKey | None:
    return keys(organization).filter(public_id=key_id).first()


def may_change(actor: Membership, key: ApiKey) -> bool:
    """Whether `services.require_reach` lets the actor."""
    own = key.maker_id == actor.pk
    return own or (may(actor, MANAGE_ALL_KEYS, key.organization) and Role(actor.role).reaches(Role(key.role)))
