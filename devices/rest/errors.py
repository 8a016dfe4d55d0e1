"""What the API answers when a service refuses."""

from devices.documents import NotAccepted
from devices.services.errors import DevicesError, NoSuchType, QuotaReached
from iotdash.lib.rest import answering, problems
from iotdash.lib.rest.problems import BAD_VALUE, QUOTA_REACHED, Problem, RestError


def register() -> None:
    """Called from AppConfig.ready()."""
    answering.register(DevicesError, lambda error: problems.conflict(str(error)))
    answering.register(NoSuchType, lambda error: problems.not_found(str(error)))
    answering.register(QuotaReached, lambda error: RestError(403, Problem(QUOTA_REACHED, str(error), [error.org])))
    answering.register(NotAccepted, _not_accepted)


def _not_accepted(error: NotAccepted) -> RestError:
    if error.stale:
        return problems.conflict(str(error))
    found = [(".".join(map(str, path)), words) for path, words in error.violations]
    return problems.not_valid([Problem(BAD_VALUE, f"{path}: {words}", [path]) for path, words in found])
