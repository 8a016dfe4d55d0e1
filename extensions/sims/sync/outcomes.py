"""What becomes of reports once the carrier was asked about what they are about."""

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils import timezone

from extensions.core.contract import ProviderError
from extensions.sims.models import ReportedSim
from extensions.sims.sync.asking import OF_ACCOUNT, OF_SIM

AGAIN_AFTER = timedelta(minutes=5)


def done(reported: Sequence[ReportedSim]) -> None:
    """But for those that were reported on again while they were read."""
    same = reduce(or_, (Q(pk=each.pk, reported_at=each.reported_at) for each in reported))
    ReportedSim.objects.filter(same).delete()


def failed(reported: Sequence[ReportedSim], error: ProviderError) -> None:
    """What is about the account is waited for; a SIM without an answer is asked about later, as others wait too."""
    if isinstance(error, OF_SIM):
        done(reported)
    elif not isinstance(error, OF_ACCOUNT):
        ReportedSim.objects.filter(pk__in=[each.pk for each in reported]).update(due_at=timezone.now() + AGAIN_AFTER)
