"""What became of an operation, as the API answers it."""

from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone

from extensions.core.contract import Kind, errors
from extensions.core.models import Operation, State
from extensions.core.services.operations import InvalidParameters, NotCallable, Unsettled
from iotdash.lib.rest import answering, problems
from iotdash.lib.rest.problems import UNAVAILABLE, Problem, RestError

_KINDS = {kind.__name__: kind for kind in errors.ProviderError.__subclasses__()}
# Accepted, and then nobody knows. Whoever is told of a failure sends it again, and it may be done twice.
NOT_KNOWN = (State.TIMED_OUT, State.UNKNOWN)
SOON = timedelta(seconds=10)
_SAME_AGAIN = " To ask for it once more, send another Idempotency-Key."


def failure(operation: Operation, address: str, *, keyed: bool = False) -> RestError:
    """Of one that settled without being confirmed. `keyed`: it has an Idempotency-Key, which always gives the same."""
    status = _status(operation)
    words = operation.sentence or f"The operation ended as {operation.state}."
    headers = {"Location": address}
    if status == 503 and not keyed:
        headers |= _later(operation.config.next_attempt_at)
    properties = [text for text in (operation.code, operation.words) if text]
    return RestError(status, Problem(_ID[status], words + _SAME_AGAIN * keyed, properties), headers=headers)


def _status(operation: Operation) -> int:
    """What the service took and then did not do is refused too; it told that later, and by no error."""
    told_later = operation.kind != Kind.READ and not operation.error
    if operation.state == State.CANCELLED or told_later:
        return 409
    kind = _KINDS.get(operation.error, errors.ProviderError)
    return kind.status if kind.status >= 400 else 404


_ID = {403: problems.NOT_ALLOWED, 404: problems.NOT_FOUND, 409: problems.CONFLICT, 503: UNAVAILABLE}


def register() -> None:
    """Called from AppConfig.ready()."""
    answering.register(InvalidParameters, _invalid)
    answering.register(NotCallable, lambda error: unavailable(str(error), error.until))
    answering.register(Unsettled, lambda error: problems.conflict(str(error)))


def unavailable(words: str, until: datetime | None = None) -> RestError:
    """`until`: when it may be there again, if that is known."""
    return RestError(503, Problem(UNAVAILABLE, words), headers=_later(until))


def _later(until: datetime | None) -> dict[str, str]:
    wait = max(until - timezone.now(), SOON) if until else SOON
    return {"Retry-After": str(ceil(wait.total_seconds()))}


def _invalid(error: InvalidParameters) -> RestError:
    return problems.not_valid([_violation(name, words) for name, words in error.problems.items()])


def _violation(name: str, words: str) -> Problem:
    return Problem(problems.BAD_VALUE, f"{name}: {words}", [name]) if name else Problem(problems.BAD_VALUE, words)
