"""The header Idempotency-Key: what was sent already is not done again.

Operations of external services keep the key with their row. Other requests keep their answer for a day, in the
transaction of what they did: there is either both or neither, and of two at once one waits for the other.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from iotdash.lib import crypto
from iotdash.lib.rest import problems
from iotdash.lib.rest.problems import UNAVAILABLE, Problem, RestError
from iotdash.organizations.models import KeptAnswer
from iotdash.organizations.rest.callers import Caller

NAME = "Idempotency-Key"
REUSED = f"This {NAME} was already sent with another body."
KEPT_FOR = timedelta(days=1)
_MOST = 255
_KEYS = uuid.UUID("6a4b1c3e-6a52-4f0e-9d0a-5b1b0f3f7f0d")


def key_of(request: Request, caller: Caller) -> uuid.UUID | None:
    """The same for the same header of the same caller at the same address; None without. Raises RestError."""
    given = request.headers.get(NAME, "")
    if not given:
        return None
    if len(given) > _MOST:
        raise problems.bad_value(f"{NAME}: at most {_MOST} characters.", NAME)
    scope = json.dumps([caller.name, _without_organization(request, caller), given])
    return uuid.uuid5(_KEYS, hashlib.sha256(scope.encode()).hexdigest())


def once(request: Request, caller: Caller, body: Any, act: Callable[[], Response]) -> Response:
    """What `act` answers, or answered to the same request. What it refuses was not done, and is tried again."""
    key = key_of(request, caller)
    if key is None:
        return act()
    digest = crypto.keyed_digest("request", json.dumps(body, sort_keys=True))
    with transaction.atomic():
        kept = _begun(caller, key, digest)
        if kept is None:
            return _again(caller, key, digest)
        answer = act()
        told = {"status": answer.status_code, "body": answer.data, "location": answer.headers.get("Location", "")}
        kept.answer = crypto.encrypt_json(told)
        kept.save(update_fields=["answer"])
    return answer


def forget_old() -> None:
    """Due-finder."""
    KeptAnswer.objects.filter(asked_at__lt=timezone.now() - KEPT_FOR).delete()


def _begun(caller: Caller, key: uuid.UUID, digest: str) -> KeptAnswer | None:
    """None when it was begun before; whoever does it at this moment is waited for."""
    row = KeptAnswer(organization=caller.organization, key=key, body_digest=digest, asked_by=caller.source.actor)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    return row


def _again(caller: Caller, key: uuid.UUID, digest: str) -> Response:
    kept = KeptAnswer.objects.get(organization=caller.organization, key=key)
    if kept.body_digest != digest:
        raise problems.conflict(REUSED)
    try:
        told = crypto.decrypt_json(kept.answer)
    except crypto.CryptoError as error:
        raise RestError(503, Problem(UNAVAILABLE, str(error)), headers={"Retry-After": "10"}) from None
    return Response(told["body"], told["status"], headers={"Location": told["location"]} if told["location"] else None)


def _without_organization(request: Request, caller: Caller) -> str:
    """The same address by both ways in."""
    return request.path.rstrip("/").removeprefix(f"/{caller.organization.public_id}")
