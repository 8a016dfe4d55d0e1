"""What becomes of a list when the carrier fails: its place is kept, and it is asked again after a while."""

from datetime import timedelta

from django.utils import timezone

from extensions.core import health
from extensions.core.contract import AuthRejected, BadResponse, CannotConnect, ProviderError, QuotaSpent, Throttled
from extensions.core.words import error_fields
from extensions.sims.models import Synchronisation
from extensions.sims.sync import states, timing

BACK_OFF = timedelta(seconds=10)
MOST_TRIES = 5
OF_ACCOUNT = (AuthRejected, QuotaSpent, Throttled, CannotConnect)
# After an answer.
NOTHING = {"failures": 0, "failed_at": None, **error_fields(None)}


class EndlessList(BadResponse):
    """The pages of a list do not end, so that it is no use to go on with it."""

    name = BadResponse.__name__
    retry_helps = False


def note(state: Synchronisation, error: ProviderError) -> None:
    """Tried five times, 10, 20, 30 s apart and when the lane allows it; after that as `timing.after_failures` says.

    What concerns the account keeps the list's place, whatever it takes to be mended. A list that the carrier refuses to
    go on with begins anew.
    """
    health.note_failure(state.config, error)
    now, failures = timezone.now(), state.failures + 1
    soon = failures < MOST_TRIES and (error.retry_helps or isinstance(error, OF_ACCOUNT))
    anew = not (soon or isinstance(error, OF_ACCOUNT))
    states.change(
        state,
        failures=failures,
        failed_at=now,
        next_at=now + (BACK_OFF * failures if soon else timing.after_failures(timing.pace_of(state.config))),
        **error_fields(error),
        **({"running": Synchronisation.Running.NOTHING, "cursor": None} if anew else {}),
    )
