"""Which lane an account has."""

import uuid

from extensions.core.contract import LanePolicy
from extensions.core.lanes import counting, pace
from extensions.core.models import Lane


def throwaway(policy: LanePolicy) -> Lane:
    """A lane of its own for credentials that nothing has proved yet: a wrong guess must not join somebody's account."""
    return Lane.objects.create(key=f"{Lane.UNPROVED}{uuid.uuid4()}", **_kept(policy))


def of_account(account_digest: str, policy: LanePolicy) -> Lane:
    """Writes nothing while the policy is as before.

    Whoever saves a configuration has that row's lock, and the account's runner has the lane's and wants the other: a
    write here would be a deadlock.
    """
    kept = _kept(policy)
    lane, _ = Lane.objects.get_or_create(key=account_digest, defaults=kept)
    if any(getattr(lane, name) != value for name, value in kept.items()):
        Lane.objects.filter(pk=lane.pk).update(**kept)
        lane.refresh_from_db()
    return lane


def carry_over(old: Lane, new: Lane, config_id: int = 0) -> None:
    """Work moves to another lane of the same account: what was called lately counts there too."""
    if old.pk == new.pk:
        return
    calls = Lane.objects.filter(pk__in=(old.pk, new.pk)).values_list("recent_calls", flat=True)
    recent = sorted(at for each in calls for at in each)
    Lane.objects.filter(pk=new.pk).update(recent_calls=recent[-pace.burst(new.per_second) :])
    counting.move(old.pk, new.pk, config_id)


def _kept(policy: LanePolicy) -> dict[str, float]:
    return {"per_second": policy.per_second, "budget": policy.budget}
