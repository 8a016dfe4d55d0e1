"""The header Idempotency-Key: what was sent already is not done again."""

import hashlib
import json
import uuid

from rest_framework.request import Request

from iotdash.lib.rest import problems
from iotdash.organizations.rest.callers import Caller

NAME = "Idempotency-Key"
REUSED = f"This {NAME} was already sent with another body."
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


def _without_organization(request: Request, caller: Caller) -> str:
    """The same address by both ways in."""
    return request.path.rstrip("/").removeprefix(f"/{caller.organization.public_id}")
