"""What became of an operation, as the API answers it."""

from extensions.core.contract import errors
from extensions.core.models import Operation, State
from extensions.core.services.operations import InvalidParameters, NotCallable, Unsettled
from iotdash.lib.rest import answering, problems
from iotdash.lib.rest.problems import UNAVAILABLE, Problem, RestError

_KINDS = {kind.__name__: kind for kind in errors.ProviderError.__subclasses__()}
_LATER = {"Retry-After": "10"}


def failure(operation: Operation, address: str) -> RestError:
    """Of one that settled without being confirmed. A write whose outcome nobody knows is not to be sent again."""
    kind = _KINDS.get(operation.error, errors.ProviderError)
    status = 409 if operation.state == State.CANCELLED else kind.status if kind.status >= 400 else 404
    words = operation.sentence or f"The operation ended as {operation.state}."
    headers = {"Location": address}
    if status == 503 and kind.retry_helps and operation.state != State.UNKNOWN:
        headers |= _LATER
    properties = [text for text in (operation.code, operation.words) if text]
    return RestError(status, Problem(_ID[status], words, properties), headers=headers)


_ID = {403: problems.NOT_ALLOWED, 404: problems.NOT_FOUND, 409: problems.CONFLICT, 503: UNAVAILABLE}


def register() -> None:
    """Called from AppConfig.ready()."""
    answering.register(InvalidParameters, _invalid)
    answering.register(NotCallable, lambda error: unavailable(str(error)))
    answering.register(Unsettled, lambda error: problems.conflict(str(error)))


def unavailable(words: str) -> RestError:
    return RestError(503, Problem(UNAVAILABLE, words), headers=_LATER)


def _invalid(error: InvalidParameters) -> RestError:
    return problems.not_valid([_violation(name, words) for name, words in error.problems.items()])


def _violation(name: str, words: str) -> Problem:
    return Problem(problems.BAD_VALUE, f"{name}: {words}", [name]) if name else Problem(problems.BAD_VALUE, words)
