"""What a method of a view says of itself once: who may, what comes in, what goes out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from iotdash.lib.rest import schemas

Method = Callable[..., Any]
ERRORS = {
    400: "The request is not valid; violations say what and where, of the first hundred mistakes.",
    401: "The token is empty or wrong.",
    403: "The way to sign in is not valid, the key is not known or may not do this, or a limit is reached.",
    404: "It does not exist.",
    409: "It exists already, is in use, or was changed at the same time.",
    413: "The body is larger than 512 KB.",
    415: "The body's content type is not application/json.",
    429: "Too many requests in a second, or refused keys in a minute; Retry-After says when to ask again.",
    500: "A mistake on our side.",
    503: "Something that is needed for the answer is away; Retry-After says when to ask again, where that can help.",
}
ALWAYS = (401, 403, 429, 503)
OF_BODIES = (413, 415)
_HEADERS = (
    ("WWW-Authenticate", "How to sign in.", {"type": "string"}, [401]),
    ("Retry-After", "Seconds after which to ask again.", {"type": "integer", "minimum": 1}, [429]),
)


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query or a header. `schema` is its JSON schema."""

    name: str
    words: str
    schema: Mapping[str, Any]
    required: bool = False
    place: str = OpenApiParameter.QUERY


PAGING = (
    Parameter("_limit", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 25}),
    Parameter("_bookmark", "Where the page begins: `bookmark` of the page before.", {"type": "string"}),
    Parameter("_sort", "Fields, separated by commas; a hyphen before one: descending.", {"type": "string"}),
)
IDEMPOTENCY = Parameter(
    "Idempotency-Key",
    "Any text of your own. Sent again with the same body, it gives what came of the first request: an operation for "
    "ever, also one that failed; other answers for a day, if anything was done.",
    {"type": "string", "maxLength": 255},
    place=OpenApiParameter.HEADER,
)


def operation(
    action: Any,
    summary: str,
    *,
    answers: Mapping[int, Any],
    name: str = "",
    body: str = "",
    query: Sequence[Parameter] = (),
    once: bool = False,
    located: Sequence[int] = (),
    errors: Sequence[int] = (404,),
) -> Callable[[Method], Method]:
    """For get, post, put and delete of an `OrganizationRestView`.

    `action` is what the caller has to be allowed. `answers`: status → schema, name of a registered one, or None for no
    body. `body` names the registered schema of what is sent. `name` is the operation's id in the description.
    `once`: by an Idempotency-Key it is told from one that is sent again. `located`: statuses of answers that say by
    the header Location where it is.
    """
    parameters = [*query, *([IDEMPOTENCY] if once else ())]
    describe = extend_schema(
        operation_id=name or None,
        summary=summary,
        request={"application/json": schemas.ref(body)} if body else None,
        parameters=[*map(_parameter, parameters), *_headers(located)],
        responses=_answers(answers) | _errors(errors, body, parameters),
        extensions={"x-least-role": action.least_role.label},
    )
    return partial(_declare, describe, action, body)


def _declare(describe: Callable[[Method], Method], action: Any, body: str, method: Method) -> Method:
    declared = describe(method)
    declared.action, declared.body = action, body
    return declared


def _parameter(each: Parameter) -> OpenApiParameter:
    return OpenApiParameter(each.name, dict(each.schema), each.place, each.required, each.words)


def _headers(located: Sequence[int]) -> list[OpenApiParameter]:
    """Of answers; they always have them."""
    where = [("Location", "Where it is.", {"type": "string"}, list(located))] if located else []
    return [
        OpenApiParameter(name, schema, OpenApiParameter.HEADER, required=True, description=words, response=statuses)
        for name, words, schema, statuses in (*_HEADERS, *where)
    ]


def _answers(answers: Mapping[int, Any]) -> dict[int, OpenApiResponse]:
    return {status: _answer(answer) for status, answer in answers.items()}


def _answer(answer: Any) -> OpenApiResponse:
    schema = schemas.ref(answer) if isinstance(answer, str) else answer
    return OpenApiResponse(response=schema, description="Done." if schema is None else "")


def _errors(own: Sequence[int], body: str, parameters: Sequence[Parameter]) -> dict[int, OpenApiResponse]:
    statuses = {*own, *ALWAYS, *((400, *OF_BODIES) if body else ()), *((400,) if parameters else ())}
    error = schemas.ref(schemas.ERROR_NAME)
    return {status: OpenApiResponse(response=error, description=ERRORS[status]) for status in sorted(statuses)}
