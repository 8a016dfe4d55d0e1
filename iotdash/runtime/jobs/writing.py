"""Writing down what became of items."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils import timezone

from iotdash.runtime.jobs.kinds import Begun, Outcome
from iotdash.runtime.models import JobItem

_AT_ONCE = 100


def write(items: Iterable[JobItem], found: Mapping[int, Begun | Outcome]) -> int:
    """How many those are. What has its outcome keeps it."""
    begun: list[JobItem] = []
    settled: dict[Outcome, list[int]] = defaultdict(list)
    for item in items:
        became = found.get(item.pk)
        if isinstance(became, Begun):
            item.state, item.reference = JobItem.State.UNDER_WAY, became.reference
            begun.append(item)
        elif became:
            settled[became].append(item.pk)
    JobItem.objects.bulk_update(begun, ["state", "reference"], batch_size=_AT_ONCE)
    return len(begun) + sum(_settle(outcome, keys) for outcome, keys in settled.items())


def _settle(outcome: Outcome, keys: list[int]) -> int:
    changes = {"state": outcome.state, "sentence": outcome.sentence[:500], "settled_at": timezone.now()}
    return JobItem.objects.filter(pk__in=keys, settled_at=None).update(**changes)
