"""Who a program is that sends the id of an API key and a token."""

import datetime as dt
import logging
import re
from dataclasses import dataclass
from enum import StrEnum

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from iotdash.audit.services import API, Source
from iotdash.lib.prepared import Prepared
from iotdash.organizations.keys import tokens
from iotdash.organizations.models import ApiKey, Organization
from iotdash.organizations.roles import Role

logger = logging.getLogger(__name__)

_ID = re.compile(r"a-[a-z0-9]{6}-[a-z0-9]{10}")
# Noting every request would cost each of them a write.
NOTED_EVERY = dt.timedelta(minutes=1)
_key = Prepared(lambda key_id: ApiKey.objects.select_related("organization", "maker__user").filter(public_id=key_id))


class Reason(StrEnum):
    """Why a key lets nobody in. The last four are told to who has the right token only."""

    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    WRONG_TOKEN = "wrong token"  # noqa: S105  the reason, not a token
    REVOKED = "revoked"
    EXPIRED = "expired"
    MAKER_GONE = "maker gone"
    SECOND_FACTOR = "maker without a second factor"


_SENTENCES = {
    Reason.MALFORMED: "This is not the id of an API key: those are a-{organization}-{10 characters}.",
    Reason.UNKNOWN: "This API key is not known.",
    Reason.WRONG_TOKEN: "This is not the token of the API key.",
    Reason.REVOKED: "This API key is revoked. Make a new one.",
    Reason.EXPIRED: "This API key has expired. Change its expiry date, or make a new one.",
    Reason.MAKER_GONE: "The member who made this API key may no longer come in. Have another member make a new one.",
    Reason.SECOND_FACTOR: (
        "This organization requires two-step sign-in, which the member who made this API key has not set up. It counts "
        "again when they have."
    ),
}


class KeyRefused(Exception):
    """`reason` says why, and `str` says it to the caller; `key_id` as it was sent, so it may be anything."""

    def __init__(self, reason: Reason, key_id: str) -> None:
        super().__init__(_SENTENCES[reason])
        self.reason, self.key_id = reason, key_id

    @property
    def wrong_token(self) -> bool:
        """The key is there, but not with this token."""
        return self.reason is Reason.WRONG_TOKEN


@dataclass(frozen=True)
class KeyActor:
    """A program that signed in with an API key. `role` is the lower of the key's and its maker's, now.

    Takes the place of a membership in `authorization.may` and `authorize`.
    """

    key: ApiKey
    organization: Organization
    role: Role

    @property
    def organization_id(self) -> int:
        return self.organization.pk

    def source(self, address: str | None) -> Source:
        """What services want to know of who acts, for the activity log."""
        return Source(self.key.public_id, self.organization.public_id, address, via=API)

    @property
    def use_noted(self) -> bool:
        """Within the last minute."""
        return self.key.used_since(timezone.now() - NOTED_EVERY)

    def note_use(self, address: str | None) -> None:
        """When and from where the key was used: a write a minute at most. It fails no request that goes well."""
        if self.use_noted:
            return
        now = timezone.now()
        before = now - NOTED_EVERY
        due = Q(last_used_at=None) | Q(last_used_at__lte=before)
        try:
            with transaction.atomic():
                ApiKey.objects.filter(due, pk=self.key.pk).update(last_used_at=now, last_used_address=address)
        except DatabaseError as error:
            logger.warning("the use of API key %s was not noted: %s", self.key, type(error).__name__)


def authenticate(key_id: str, token: str) -> KeyActor:
    """Whoever has the token of an API key that counts; one query. Raises KeyRefused."""
    if not _ID.fullmatch(key_id):
        raise KeyRefused(Reason.MALFORMED, key_id)
    key = _key.first(key_id)
    right = tokens.fits(token, key.token_digest if key else tokens.NO_DIGEST)
    refusal = _refusal(key, right)
    if refusal:
        raise KeyRefused(refusal, key_id)
    return KeyActor(key, key.organization, key.effective_role)


def _refusal(key: ApiKey | None, right: bool) -> Reason | None:
    if key is None:
        return Reason.UNKNOWN
    if not right:
        return Reason.WRONG_TOKEN
    state = ApiKey.State
    stopped = Reason.SECOND_FACTOR if key.maker and key.maker.state == "active" else Reason.MAKER_GONE
    return {state.REVOKED: Reason.REVOKED, state.EXPIRED: Reason.EXPIRED, state.STOPPED: stopped}.get(key.state)
