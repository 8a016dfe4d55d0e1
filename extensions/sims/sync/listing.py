"""Going through a carrier's list of SIMs, page by page: each page is stored with the place of the next.

While a list is read, SIMs that change move to its end, and others move up: one of those can pass from a page not yet
read to one that was. Nothing tells which, but a count does. A list of n entries that named fewer than n SIMs lacks the
difference, so an inventory is gone through again until it names as many as it has entries, three times at most. Only
such a complete inventory says which SIMs are gone, and only those that two passes did not name: where one that was
listed leaves the account, another can slip past in its stead, and the count does not tell.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from extensions.core import health
from extensions.core.contract import ProviderError
from extensions.core.lanes import LaneLost, Turn
from extensions.core.models import ExtensionConfig
from extensions.sims import links, storing
from extensions.sims.contract import Page
from extensions.sims.models import Sim, Synchronisation
from extensions.sims.reconciling import comparing
from extensions.sims.sync import failing, states, timing
from extensions.sims.sync.asking import ask, guarded, is_of_present
from iotdash.lib import batches
from iotdash.lib.crypto import CryptoError

Running = Synchronisation.Running
MOST_PASSES = 3
# A list that repeats more than it adds, by this many SIMs, is taken for one that does not end.
MOST_REPEATED = 200


def next_page(config: ExtensionConfig, turn: Turn) -> None:
    """Asks for the next page and stores it. Nothing is lost when the process ends anywhere in between."""
    state = states.begun(config)
    asked_at = timezone.now()
    try:
        page = ask(config, turn, lambda provider, context: provider.inventory(context, state.since, state.cursor))
        with guarded(config):
            _store(state, page, asked_at, turn)
    except LaneLost:
        return
    except CryptoError as error:
        health.note_unreadable(config, error)
    except ProviderError as error:
        failing.note(state, error)
    else:
        health.note_success(config)


def _store(state: Synchronisation, page: Page, asked_at: datetime, turn: Turn) -> None:
    """A long page goes in pieces, each worth keeping; the step is taken with the last."""
    if not is_of_present(state.config):
        return
    named = page.named
    if len(named) > storing.AT_ONCE:
        for chunk in batches.of(named, storing.AT_ONCE):
            if not turn.hold():
                raise LaneLost
            storing.store_named(state.config, chunk, **_marks(state, named=True))
        named = ()
    subjects = set(page.subjects)
    with transaction.atomic():
        repeated = _listed_before(state, subjects) if len(subjects) <= storing.AT_ONCE else 0
        _require_progress(state, page, len(subjects), repeated)
        if not _step(state, page, asked_at, len(subjects), repeated):
            return
        storing.store(state.config, page.records, timezone.now(), **_marks(state, named=False))
        storing.store_named(state.config, named, **_marks(state, named=True))
        if page.next is None:
            _end_pass(state)


def _marks(state: Synchronisation, *, named: bool) -> dict[str, int | bool]:
    """What changed at the carrier, and what it only named, is to be asked about in detail."""
    poor = named or state.running == Running.CHANGES
    return {"listed_in": state.pass_number} | ({"refresh_due": True} if poor else {})


def _listed_before(state: Synchronisation, subjects: set[str]) -> int:
    return Sim.objects.filter(config=state.config, subject__in=subjects, listed_in=state.pass_number).count()


def _require_progress(state: Synchronisation, page: Page, listed: int, repeated: int) -> None:
    repeated_so_far, new = state.repeated + repeated, state.listed + listed - state.repeated - repeated
    if page.next is not None and repeated_so_far > new + MOST_REPEATED:
        raise failing.EndlessList("The carrier lists the same SIMs over and over. It is asked anew later.")


def _step(state: Synchronisation, page: Page, asked_at: datetime, listed: int, repeated: int) -> bool:
    """False if another runner was here meanwhile; then its page counts and this one is dropped."""
    # The clock of a carrier that does not show one is taken to be ours, before it was asked.
    as_of = state.as_of or page.as_of or asked_at
    changes = {
        "cursor": page.next,
        "as_of": as_of,
        "listed": state.listed + listed,
        "repeated": state.repeated + repeated,
        "next_at": timezone.now(),
        **failing.NOTHING,
    }
    return states.change(state, **changes)


def _end_pass(state: Synchronisation) -> None:
    if state.running == Running.CHANGES:
        _end(state)
        return
    seen = Sim.objects.filter(config=state.config, listed_in__gte=state.first_pass).count()
    complete = seen >= state.listed
    passes = state.pass_number - state.first_pass + 1
    vanished = _vanished(state)
    if passes < MOST_PASSES and (not complete or (passes == 1 and vanished.exists())):
        states.change(state, pass_number=state.pass_number + 1, listed=0, repeated=0)
        return
    if complete:
        vanished.update(missing_since=timezone.now(), refresh_due=False)
    _end(state, complete=complete, inventory_at=timezone.now())
    comparing.soon(state.config.organization_id)


def _vanished(state: Synchronisation) -> QuerySet[Sim]:
    """Those that no pass named and that nobody heard of since the first began."""
    unlisted = Q(listed_in=None) | Q(listed_in__lt=state.first_pass)
    unheard = Q(fetched_at=None) | Q(fetched_at__lt=state.started_at)
    return Sim.objects.filter(unlisted, unheard, config=state.config, missing_since=None)


def _end(state: Synchronisation, **more: object) -> None:
    now = timezone.now()
    states.change(
        state,
        running=Running.NOTHING,
        cursor=None,
        watermark=state.as_of,
        synchronised_at=now,
        next_at=now + timing.between_changes(timing.pace_of(state.config)),
        **more,
    )
    links.note_inventory(state.config)
