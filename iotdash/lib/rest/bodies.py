"""Bodies of requests: JSON that is really JSON, checked by the schema that also describes it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from django.http import HttpRequest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from iotdash.lib.json_documents import checking
from iotdash.lib.rest import problems, schemas
from iotdash.lib.rest.problems import Problem, RestError
from iotdash.lib.texts import storable

# Of the original platform, for bulk requests; no other body is near it.
MOST_BYTES = 512 * 1024
MOST_DEPTH = 32
# Half a megabyte can be wrong in so many places that the answer would be 30 MB.
MOST_VIOLATIONS = 100
Schema = Mapping[str, Any]
_TOO_GREAT = "A number is too great to be stored."


def _pattern(validator: Any, pattern: str, value: Any, schema: Schema) -> Iterator[ValidationError]:
    """`$` is the very end, as JSON Schema has it; Python's also stands before a last line break."""
    if isinstance(value, str) and not re.search(re.sub(r"\$\Z", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_Validator = extend(Draft202012Validator, {"pattern": _pattern})


def given(request: HttpRequest, name: str) -> Any:
    """The request's body, without what is null, after it was found valid by the registered schema `name`.

    Raises RestError: 413 over 512 KB, 415 for another content type, 400 otherwise.
    """
    value = _parsed(_bytes(request))
    value = without_nulls(value, schemas.get(name))
    found = (violation for error in _validator(name).iter_errors(value) for violation in _violations(error))
    if violations := list(islice(found, MOST_VIOLATIONS)):
        raise problems.not_valid(_summed_up(violations, schemas.get(name)))
    return value


def _summed_up(violations: list[Problem], schema: Schema) -> list[Problem]:
    """All of them as one, where the original platform had one id for whatever is wrong with such a body."""
    if "x-violation" not in schema:
        return violations
    words = "; ".join(each.words for each in violations)
    return [Problem(schema["x-violation"], words, [each.properties[0] for each in violations if each.properties])]


def without_nulls(value: Any, schema: Schema) -> Any:
    """An absent field may be sent as null. What a schema does not name, as in metadata, is the user's own."""
    schema = schemas.resolved(schema)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return {
            key: without_nulls(each, known.get(key, {}))
            for key, each in value.items()
            if not (each is None and key in known)
        }
    if isinstance(value, list) and "items" in schema:
        return [without_nulls(each, schema["items"]) for each in value]
    return value


def _bytes(request: HttpRequest) -> bytes:
    # Of a form in parts nothing is left, once it was looked through for a CSRF token.
    if request.content_type == "multipart/form-data":
        raise _wrong_type()
    body = request.body or _in_chunks(request)
    if not body:
        raise RestError(400, Problem(problems.NOT_JSON, "A body is needed: JSON."))
    if request.content_type != "application/json":
        raise _wrong_type()
    if len(body) > MOST_BYTES:
        words = f"The body is larger than {MOST_BYTES // 1024} KB."
        raise RestError(413, Problem(problems.TOO_LARGE, words))
    return body


def _in_chunks(request: HttpRequest) -> bytes:
    """As clients in C# send JSON. Django takes a body without Content-Length for none; gunicorn says where it ends."""
    if not request.environ.get("wsgi.input_terminated") or "Content-Length" in request.headers:
        return b""
    return request.environ["wsgi.input"].read(MOST_BYTES + 1)


def _wrong_type() -> RestError:
    words = "Send JSON, and say so: Content-Type: application/json."
    return RestError(415, Problem(problems.WRONG_TYPE, words))


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise RestError(400, Problem(problems.NOT_JSON, "The body is not valid JSON.")) from None
    return _checked(value)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises RestError for a key that appears twice: which of the two is meant?"""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            words = f'The key "{key[:40]}" appears twice in one object.'
            raise RestError(400, Problem(problems.NOT_JSON, words, [key[:40]]))
        found[key] = value
    return found


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise problems.bad_value(_TOO_GREAT)
    return number


def _checked(value: Any, depth: int = 0) -> Any:
    """Raises RestError for what is too deep, or what no database takes as it was sent, though it is JSON."""
    if depth > MOST_DEPTH:
        raise problems.bad_value(f"Objects and lists are nested more than {MOST_DEPTH} deep.")
    if isinstance(value, str) and storable(value) != value:
        raise problems.bad_value("A text has a character that cannot be stored.")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise problems.bad_value(_TOO_GREAT)
    if isinstance(value, dict):
        for key, each in value.items():
            _checked(key)
            _checked(each, depth + 1)
    if isinstance(value, list):
        for each in value:
            _checked(each, depth + 1)
    return value


@cache
def _validator(name: str) -> Any:
    return _Validator(schemas.whole(name), format_checker=FormatChecker())


def _violations(error: ValidationError) -> Iterator[Problem]:
    for finding in checking.words_for(error):
        where = ".".join(map(str, finding.path))
        if error.validator == "required":
            yield Problem(problems.MISSING, f"{_joined(where, finding.missing)} is missing.", [finding.missing])
        elif error.validator == "maximum":
            most = str(error.validator_value)
            yield Problem(problems.TOO_HIGH, f"{where} is too high, maximum {most}", [where, most])
        else:
            # The finding's own sentence quotes the value.
            message = f"expected: {finding.expected}." if error.schema.get("writeOnly") else finding.message
            words = f"{where}: {message}" if where else message
            yield Problem(problems.BAD_VALUE, words, [where] if where else [])


def _joined(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
