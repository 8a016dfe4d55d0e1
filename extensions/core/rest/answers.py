"""What was asked of external services, as the API answers it."""

from typing import Any

from extensions.core.models import Operation, State
from extensions.core.words import operation_title
from iotdash.lib.rest import schemas
from iotdash.lib.rest.times import TIME, instant

_TEXT, _ANY = {"type": "string"}, {"type": "object"}
_MAYBE = {"type": ["string", "null"], "format": "date-time"}
_TIMES = {
    "askedAt": "asked_at",
    "sentAt": "sent_at",
    "acceptedAt": "accepted_at",
    "confirmBy": "confirm_by",
    "settledAt": "settled_at",
}
schemas.register(
    "Operation",
    schemas.obj(
        {
            "id": {"type": "string", "format": "uuid"},
            "extension": _TEXT,
            "configuration": _TEXT,
            "subject": _TEXT,
            "typeId": {**_TEXT, "description": "Empty for a subject that was asked about by itself."},
            "deviceId": _TEXT,
            "operation": _TEXT,
            "title": _TEXT,
            "kind": {"enum": ["read", "write", "irreversible"]},
            "parameters": _ANY,
            "state": {"enum": list(State.values)},
            "settled": {"type": "boolean"},
            "sentence": _TEXT,
            "error": _TEXT,
            "code": {**_TEXT, "description": "The service's own code."},
            "words": {**_TEXT, "description": "The service's own words."},
            "result": _ANY,
            "askedBy": _TEXT,
            **dict.fromkeys(_TIMES, _MAYBE),
            "askedAt": TIME,
        },
        ("id", "extension", "configuration", "subject", "operation", "kind", "state", "settled", "askedAt"),
    ),
)


def operation_body(operation: Operation) -> dict[str, Any]:
    """Needs its configuration loaded."""
    return {
        "id": str(operation.public_id),
        "extension": operation.config.slug,
        "configuration": operation.config.name,
        "subject": operation.subject,
        "typeId": operation.device_type_id_copy,
        "deviceId": operation.device_id_copy,
        "operation": operation.operation_id,
        "title": operation_title(operation),
        "kind": operation.kind,
        "parameters": operation.parameters,
        "state": operation.state,
        "settled": operation.settled,
        "sentence": operation.sentence,
        "error": operation.error,
        "code": operation.code,
        "words": operation.words,
        "result": operation.result,
        "askedBy": operation.asked_by,
        **{name: instant(moment) if (moment := getattr(operation, field)) else None for name, field in _TIMES.items()},
    }
