"""Looking through what SIMs sent, a few messages at a time, so that people and other reports have their turn between.

Where the carrier lists the messages of all SIMs together, one pass through them serves every SIM that was reported on
before it began.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from extensions.core.lanes import Turn
from extensions.core.models import ExtensionConfig
from extensions.sims import queries, services
from extensions.sims.contract import ReplyPage
from extensions.sims.models import ReportedSim
from extensions.sims.sync.asking import ask_and_store, is_of_present, provider_of
from extensions.sims.sync.outcomes import failed

# How much earlier than its report a message may have come.
MESSAGES_BEFORE = timedelta(minutes=5)
# A pass that goes further back by more than this takes too long for others to wait for it.
SHARED_WITHIN = timedelta(hours=1)


def read(config: ExtensionConfig, reported: ReportedSim, turn: Turn) -> None:
    """Begins a pass or goes on with it; the report itself said nothing that is believed."""
    started_at, earliest = reported.started_at or timezone.now(), reported.since - MESSAGES_BEFORE
    known = queries.known_sms(config, earliest)
    ask_and_store(
        config,
        turn,
        lambda carrier, context: carrier.replies(context, reported.subject, earliest, known, reported.cursor),
        partial(_store, config, reported, started_at),
        partial(failed, [reported]),
    )


def under_way(config: ExtensionConfig, reported: ReportedSim) -> ReportedSim:
    """The one whose pass serves this one, too; itself if it needs a pass of its own."""
    begun = _served(config, reported).filter(started_at__gte=reported.reported_at, since__lte=reported.since)
    return begun.filter(since__gt=reported.since - SHARED_WITHIN).order_by("started_at", "pk").first() or reported


def _served(config: ExtensionConfig, reported: ReportedSim) -> QuerySet[ReportedSim]:
    """Those whose messages are among the ones that a pass for this one goes through."""
    waiting = ReportedSim.objects.filter(config=config, what=ReportedSim.What.MESSAGES)
    return waiting if provider_of(config).replies_are_of_all(config.settings) else waiting.filter(pk=reported.pk)


@transaction.atomic
def _store(config: ExtensionConfig, reported: ReportedSim, started_at: datetime, page: ReplyPage) -> None:
    if not is_of_present(config):
        return
    now = timezone.now()
    services.store_replies(config, page.replies, now)
    # Unless a person wants it anew meanwhile.
    mine = ReportedSim.objects.filter(pk=reported.pk, started_at=reported.started_at, since=reported.since)
    if page.next is not None:
        # Behind whatever else waits.
        mine.update(cursor=page.next, due_at=now, started_at=started_at)
        return
    _served(config, reported).filter(since__gte=reported.since, reported_at__lte=started_at).delete()
    # If it was reported on again: what came before the pass was seen by it.
    mine.update(cursor=None, started_at=None, since=started_at)
