"""Looking through what SIMs sent, a few messages at a time, so that people and other reports have their turn between.

Where the carrier lists the messages of all SIMs together, one pass through them serves every SIM that was reported on
before it began.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Min, QuerySet
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


def read(config: ExtensionConfig, reported: ReportedSim, turn: Turn) -> None:
    """Begins a pass or goes on with it; the report itself said nothing that is believed."""
    since = reported.since if reported.started_at else _earliest(config, reported)
    begun = {"started_at": reported.started_at or timezone.now(), "since": since}
    earliest = since - MESSAGES_BEFORE
    known = queries.known_sms(config, earliest)
    ask_and_store(
        config,
        turn,
        lambda carrier, context: carrier.replies(context, reported.subject, earliest, known, reported.cursor),
        partial(_store, config, reported, begun),
        partial(failed, [reported]),
    )


def _earliest(config: ExtensionConfig, reported: ReportedSim) -> datetime:
    return _served(config, reported).aggregate(at=Min("since"))["at"] or reported.since


def _served(config: ExtensionConfig, reported: ReportedSim) -> QuerySet[ReportedSim]:
    """Those whose messages are among the ones that a pass for this one goes through."""
    waiting = ReportedSim.objects.filter(config=config, what=ReportedSim.What.MESSAGES)
    return waiting if provider_of(config).replies_are_of_all(config.settings) else waiting.filter(pk=reported.pk)


@transaction.atomic
def _store(config: ExtensionConfig, reported: ReportedSim, begun: Mapping[str, datetime], page: ReplyPage) -> None:
    if not is_of_present(config):
        return
    now = timezone.now()
    services.store_replies(config, page.replies, now)
    # Unless a person wants it anew meanwhile.
    mine = ReportedSim.objects.filter(pk=reported.pk, started_at=reported.started_at, since=reported.since)
    if page.next is not None:
        # Behind whatever else waits.
        mine.update(cursor=page.next, due_at=now, **begun)
        return
    served = _served(config, reported).filter(since__gte=begun["since"], reported_at__lte=begun["started_at"])
    served.delete()
    # It was reported on again: what came before the pass was seen by it.
    mine.update(cursor=None, started_at=None, since=begun["started_at"])
