"""What is wrong with a body of `POST /v3/mail/send`, and the messages in one that is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from ..messages import Message
from .mail_schema import MAIL

Problem = dict[str, Any]

_ADDRESS = re.compile(r"[!-?A-~]{1,64}@(?:[^\s@.<>,;\"()]+\.)+[^\s@.<>,;\"()]{2,}")
_KNOWN = {
    "personalizations": "The personalizations field is required and must have at least one personalization.",
    "personalizations.to": "The to array is required for all personalization objects, and must have at least one "
    "email object with a valid email address.",
    "from": "The from object must be provided for every email send. It requires the email parameter.",
    "content.type": "The content type must be a string at least one character in length.",
    "content.value": "The content value must be a string at least one character in length.",
    "subject": "The subject must be a string at least one character in length.",
}
_SUBJECT_MISSING = (
    "The subject is required. You can get around this requirement if you use a template with a subject defined or if "
    "every personalization has a subject defined."
)
_CONTENT_MISSING = "Unless a valid template_id is provided, the content parameter is required."
_ORDER = "If present, text/plain must be the first content, followed by text/html, followed by any others."
_TWICE = "Each email address in the personalization block should be unique between to, cc, and bcc."
NOT_AN_ADDRESS = "Does not contain a valid address."

_formats = FormatChecker(formats=())


@_formats.checks("address")
def is_address(value: object) -> bool:
    return not isinstance(value, str) or _ADDRESS.fullmatch(value) is not None


_VALIDATOR = Draft202012Validator(MAIL, format_checker=_formats)


def problem(message: str, field: str | None = None) -> Problem:
    return {"message": message, "field": field, "help": None}


def problems(body: object) -> list[Problem]:
    """Everything that is wrong with it, empty if nothing is."""
    found = [
        _told(error) for error in sorted(_VALIDATOR.iter_errors(body), key=lambda error: list(map(str, error.path)))
    ]
    return found if found or not isinstance(body, Mapping) else [*_further(body)]


def is_rehearsal(body: Mapping[str, Any]) -> bool:
    """Whether the body asks for sandbox mode: to be checked and not sent."""
    return bool(body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"))


def messages(body: Mapping[str, Any], common: Mapping[str, Any]) -> list[Message]:
    """A message for each recipient; `common` are fields of all of them."""
    return [
        _message(body, personalization, recipient["email"], common)
        for personalization in body["personalizations"]
        for recipient in _recipients(personalization)
    ]


def _told(error: ValidationError) -> Problem:
    path = [*error.path]
    if error.validator == "required":
        path.append(next(name for name in error.validator_value if name not in error.instance))
    field = ".".join(map(str, path)) or None
    if error.validator == "format":
        return problem(NOT_AN_ADDRESS, field)
    if error.validator == "type":
        wanted = error.validator_value if isinstance(error.validator_value, str) else " or ".join(error.validator_value)
        return problem(f"Invalid type. Expected: {wanted}.", field)
    known = _KNOWN.get(".".join(str(part) for part in path if not isinstance(part, int)))
    return problem(known or _generic(error), field)


def _generic(error: ValidationError) -> str:
    """Without the value, which may be anything."""
    limit = error.validator_value if isinstance(error.validator_value, int) else ""
    return f"Does not keep to the rule {error.validator} {limit}".strip() + "."


def _further(body: Mapping[str, Any]) -> Iterator[Problem]:
    """What the schema cannot say."""
    if not body.get("template_id"):
        yield from _without_template(body)
    types = [part["type"] for part in body.get("content", [])]
    ranks = [{"text/plain": 0, "text/html": 1}.get(kind, 2) for kind in types]
    if ranks != sorted(ranks):
        yield problem(_ORDER, "content")
    for number, personalization in enumerate(body["personalizations"]):
        addresses = [one["email"].lower() for one in _recipients(personalization)]
        if len(set(addresses)) < len(addresses):
            yield problem(_TWICE, f"personalizations.{number}")


def _without_template(body: Mapping[str, Any]) -> Iterator[Problem]:
    if not body.get("subject") and not all(one.get("subject") for one in body["personalizations"]):
        yield problem(_SUBJECT_MISSING, "subject")
    if not body.get("content"):
        yield problem(_CONTENT_MISSING, "content")


def _recipients(personalization: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for name in ("to", "cc", "bcc") for one in personalization.get(name, [])]


def _message(
    body: Mapping[str, Any], personalization: Mapping[str, Any], recipient: str, common: Mapping[str, Any]
) -> Message:
    sender = personalization.get("from") or body["from"]
    parts = {part["type"]: part["value"] for part in reversed(body.get("content", []))}
    general = body.get("custom_args")
    return Message(
        **common,
        recipient=recipient,
        sender=sender["email"],
        sender_name=sender.get("name", ""),
        subject=personalization.get("subject") or body.get("subject", ""),
        text=parts.get("text/plain", ""),
        html=parts.get("text/html", ""),
        custom_args={**(general if isinstance(general, dict) else {}), **personalization.get("custom_args", {})},
        categories=tuple(body.get("categories", ())),
    )
