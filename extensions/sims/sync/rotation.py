"""Asking for what lists do not say, SIM after SIM or in batches: usage always, over some carriers details too.

Changed and new SIMs come first where each costs calls of its own, then watched ones (those of devices), then the
others; the one that was asked about longest ago first. Where there are more watched ones than calls, every fifth is
for the others. No SIM is asked about more often than the installation says.
A SIM that the carrier does not know any more is asked about once after that was noticed, in case it was a mistake.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from extensions.core.contract import ProviderError
from extensions.core.lanes import Turn
from extensions.core.models import ExtensionConfig
from extensions.sims import storing
from extensions.sims.contract import EVERY_PART, Pace, Part, SimRecord
from extensions.sims.models import ASKED_ABOUT, Sim
from extensions.sims.sync import timing
from extensions.sims.sync.asking import OF_ACCOUNT, OF_SIM, ask_and_store, is_of_present

MOST_IN_A_ROW = 4
# Of these SIMs those that are due by a carrier's pace, the oldest first.
Kind = Callable[[QuerySet[Sim], datetime, Pace], QuerySet[Sim]]


def to_refresh(sims: QuerySet[Sim], now: datetime, pace: Pace = timing.AT_WILL) -> QuerySet[Sim]:
    """Those whose details are yet to come; one whose were just asked for is left alone for a while."""
    asked_before = now - timing.between_tries(pace)
    return sims.filter(refresh_due=True, rotated_at__lte=asked_before).order_by("rotated_at", "pk")


def watched(sims: QuerySet[Sim], now: datetime, pace: Pace = timing.AT_WILL) -> QuerySet[Sim]:
    """Those of devices whose turn has come, the oldest first."""
    due = timing.usage_due(now, watched=True, pace=pace)
    return sims.filter(ASKED_ABOUT, device__isnull=False, rotated_at__lte=due).order_by("rotated_at", "pk")


def others(sims: QuerySet[Sim], now: datetime, pace: Pace = timing.AT_WILL) -> QuerySet[Sim]:
    due = timing.usage_due(now, watched=False, pace=pace)
    return sims.filter(ASKED_ABOUT, rotated_at__lte=due).order_by("rotated_at", "pk")


def by_turns(sims: QuerySet[Sim]) -> Sequence[Kind]:
    """Watched SIMs before others, but not for ever: so many watched SIMs may always be due that no other ever is."""
    lately = sims.filter(ASKED_ABOUT).order_by("-rotated_at", "-pk").values_list("device", flat=True)
    return (watched, others) if None in lately[:MOST_IN_A_ROW] else (others, watched)


def refresh(config: ExtensionConfig, sims: Sequence[Sim], turn: Turn) -> None:
    """Asks about these SIMs and stores what is told; those that are not in the account are marked."""
    subjects, wanted = [sim.subject for sim in sims], _parts(config, sims)
    ask_and_store(
        config,
        turn,
        lambda carrier, context: carrier.refresh(context, subjects, wanted),
        partial(store, config, sims),
        partial(_passed_over, config, sims),
    )


def _parts(config: ExtensionConfig, sims: Sequence[Sim]) -> frozenset[Part]:
    """Details are asked for again as rarely as they change, and when something changed."""
    old = timing.stale_before(timing.pace_of(config))
    poor = any(sim.refresh_due or sim.details_at is None or sim.details_at < old for sim in sims)
    return EVERY_PART if poor else frozenset({Part.STATE, Part.USAGE})


@transaction.atomic
def store(config: ExtensionConfig, sims: Iterable[Sim], found: Mapping[str, SimRecord]) -> None:
    """What was told of these SIMs; those that are not in the account are marked."""
    if not is_of_present(config):
        return
    now = timezone.now()
    storing.store(config, found.values(), now)
    _asked(sims, now, refresh_due=False)
    absent = [sim.pk for sim in sims if sim.subject not in found]
    Sim.objects.filter(pk__in=absent, missing_since=None).update(missing_since=now)


def _passed_over(config: ExtensionConfig, sims: Sequence[Sim], error: ProviderError) -> None:
    """They wait for their next turn, unless the account as a whole was refused.

    No answer may be about the SIM too: one that is asked about first again and again would keep all others waiting, and
    the lane shut for people. Where turns are far apart, they are tried again a few times before the next.
    """
    if isinstance(error, OF_SIM):
        _asked(sims, timezone.now(), refresh_due=False)
    elif not isinstance(error, OF_ACCOUNT):
        far_apart = timing.pace_of(config).refreshes
        _asked(sims, timezone.now(), **({"refresh_due": True} if far_apart else {}))


def _asked(sims: Sequence[Sim], at: datetime, **more: bool) -> None:
    Sim.objects.filter(pk__in=[sim.pk for sim in sims]).update(rotated_at=at, **more)
