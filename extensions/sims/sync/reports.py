"""Reports of carriers come: what they are about is to be read again. Nothing else of a report is believed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from extensions.core import lanes
from extensions.core.contract import InboundRecord
from extensions.core.models import ExtensionConfig
from extensions.core.services.operations import require_callable
from extensions.sims.contract import About, SimReport, report_of
from extensions.sims.models import ReportedSim, Sim
from extensions.sims.sync.asking import provider_of

# Figures lag the network anyway: no SIM's are asked for more often than this because of reports.
FIGURES_FOR = timedelta(minutes=1)
# By then lists have told what changed.
FORGOTTEN_AFTER = timedelta(days=1)
REPLIES_OF = timedelta(days=1)
What = ReportedSim.What
_KEY = ["config", "subject", "what"]
# From the beginning, however far a pass is that is under way.
_ANEW = {"cursor": None, "started_at": None}


def receive(config: ExtensionConfig, records: Sequence[InboundRecord]) -> None:
    """However many reports come, it is one row for each SIM, and a SIM that nobody knows has no other by them."""
    now = timezone.now()
    reports = [(report_of(record.payload), record.at or now) for record in records]
    rows = _rows(config, reports, now)
    ReportedSim.objects.bulk_create(rows, update_conflicts=True, update_fields=["reported_at"], unique_fields=_KEY)
    at_once = [row.subject for row in rows if row.due_at <= now]
    ReportedSim.objects.filter(config=config, subject__in=at_once, what=What.SIM, due_at__gt=now).update(due_at=now)
    if rows:
        transaction.on_commit(partial(lanes.wake, config.lane_id, min(row.due_at for row in rows)))


def want_replies(config: ExtensionConfig, subject: str) -> None:
    """A person wants to see what the SIM sent in the last day, before what carriers reported. Raises NotCallable."""
    require_callable(config)
    now = timezone.now()
    wanted = {"since": now - REPLIES_OF, "due_at": now - FORGOTTEN_AFTER, "reported_at": now}
    ReportedSim.objects.update_or_create(config=config, subject=subject, what=What.MESSAGES, defaults=wanted | _ANEW)
    transaction.on_commit(partial(lanes.wake, config.lane_id))


def waits_for_replies(config: ExtensionConfig, subject: str) -> bool:
    return ReportedSim.objects.filter(config=config, subject=subject, what=What.MESSAGES).exists()


def forget_old() -> None:
    """Due-finder: reports that nothing could be asked about for so long."""
    ReportedSim.objects.filter(reported_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def _rows(config: ExtensionConfig, reports: Sequence[tuple[SimReport, datetime]], now: datetime) -> list[ReportedSim]:
    """Of several reports on a SIM the earliest, due when the one that can wait least is; in an order that is the same
    for everybody who locks rows."""
    has_replies = "replies" in provider_of(config).supports
    figures_due = _figures_due(config, [report.subject for report, _ in reports], now)
    rows: dict[tuple[str, What], ReportedSim] = {}
    for report, at in reports:
        subject = report.subject
        what = What.MESSAGES if report.about is About.MESSAGE and has_replies else What.SIM
        can_wait = what is What.SIM and report.about is not About.CHANGE
        due = figures_due.get(subject, now) if can_wait else now
        new = ReportedSim(config=config, subject=subject, what=what, since=at, due_at=due, reported_at=now)
        row = rows.setdefault((subject, what), new)
        row.since, row.due_at = min(row.since, at), min(row.due_at, due)
    return [rows[key] for key in sorted(rows)]


def _figures_due(config: ExtensionConfig, subjects: Sequence[str], now: datetime) -> Mapping[str, datetime]:
    """When figures are worth asking for; SIMs whose are that now are absent."""
    lately = Sim.objects.filter(config=config, subject__in=set(subjects), usage_at__gt=now - FIGURES_FOR)
    return {subject: at + FIGURES_FOR for subject, at in lately.values_list("subject", "usage_at")}
