"""Every exception as an answer of the API; for REST_FRAMEWORK's EXCEPTION_HANDLER."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from iotdash.lib.lists import BadListQuery
from iotdash.lib.rest import problems
from iotdash.lib.rest.problems import Problem, RestError

PREFIX = "/api/v0002/"
Translate = Callable[[Any], RestError]
_translations: dict[type[Exception], Translate] = {}


def register(error: type[Exception], translate: Translate) -> None:
    """What an app's own error, or one derived from it, is answered with. Called from AppConfig.ready()."""
    _translations[error] = translate


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """None for what nobody foresaw: Django logs it, and `iotdash.errors` answers 500 or 503."""
    known = translated(error)
    if known is None:
        return None
    return Response(known.body(), status=known.status, headers=known.headers)


def is_of_api(request: HttpRequest) -> bool:
    return PREFIX in f"{request.path}/"


def unforeseen(status: int, words: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """In place of a page, for what goes wrong before a view is found, or in a way that no view foresaw."""
    return JsonResponse(Problem(_UNFORESEEN[status], words).body(), status=status, headers=headers)


_UNFORESEEN = {400: problems.BAD_VALUE, 403: problems.NOT_ALLOWED, 500: problems.INTERNAL, 503: problems.UNAVAILABLE}


def translated(error: Exception) -> RestError | None:
    if isinstance(error, RestError):
        return error
    kinds = type(error).__mro__
    translate = next((_translations[kind] for kind in kinds if kind in _translations), None)
    return translate(error) if translate else _of_framework(error)


def _of_framework(error: Exception) -> RestError | None:
    if isinstance(error, ValidationError):
        return problems.not_valid(list(_violations(error)))
    if isinstance(error, BadListQuery):
        return problems.bad_value(str(error))
    if isinstance(error, Http404):
        return problems.not_found("There is nothing at this address.")
    if isinstance(error, RequestDataTooBig):
        return RestError(413, Problem(problems.TOO_LARGE, "The body is too large."))
    if isinstance(error, PermissionDenied):
        return problems.not_allowed(str(error) or "This is not allowed.")
    return _of_rest_framework(error) if isinstance(error, exceptions.APIException) else None


def _of_rest_framework(error: exceptions.APIException) -> RestError:
    if isinstance(error, exceptions.ParseError):
        return RestError(400, Problem(problems.NOT_JSON, "The body is not valid JSON."))
    id_by_status = {
        401: problems.NOT_AUTHENTICATED,
        403: problems.NOT_ALLOWED,
        404: problems.NOT_FOUND,
        405: problems.WRONG_METHOD,
        415: problems.WRONG_TYPE,
    }
    words = str(error.detail) if isinstance(error.detail, str) else "The request was not valid."
    problem = Problem(id_by_status.get(error.status_code, problems.BAD_VALUE), words)
    header = getattr(error, "auth_header", None)
    return RestError(error.status_code, problem, headers={"WWW-Authenticate": header} if header else None)


def _violations(error: ValidationError) -> list[Problem]:
    if hasattr(error, "error_dict"):
        return [
            Problem(problems.BAD_VALUE, f"{_name(field)}{message}", [field])
            for field, messages in error.message_dict.items()
            for message in messages
        ]
    return [Problem(problems.BAD_VALUE, message) for message in error.messages]


def _name(field: str) -> str:
    return "" if field == "__all__" else f"{field}: "
