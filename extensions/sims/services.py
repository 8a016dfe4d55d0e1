"""Writing what carriers said of SIMs."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from extensions.core.models import ExtensionConfig
from extensions.sims import billing, storing
from extensions.sims.contract import PlanList, SimRecord, SmsReply, UsageRecord
from extensions.sims.models import BillingCycle, CarrierPlans, ReceivedSms, Sim, UsageCycle


def store_record(config: ExtensionConfig, record: SimRecord, at: datetime) -> None:
    """The record replaces what was known of its parts; an older one that arrives late is dropped."""
    with transaction.atomic():
        storing.store(config, [record], at)


def store_usage(config: ExtensionConfig, usage: UsageRecord, at: datetime) -> None:
    values = asdict(usage)
    sim = row_of(config, values.pop("subject"))
    start = values.pop("cycle_start")
    UsageCycle.objects.update_or_create(
        sim=sim,
        cycle_start=start,
        defaults={**values, "rate_plans": list(usage.rate_plans), "fetched_at": at},
    )
    _note_cycle(config, start, at)


def store_replies(config: ExtensionConfig, replies: Sequence[SmsReply], at: datetime) -> None:
    """Those that are not stored yet; one without a time came at last when it was asked for."""
    rows = [
        ReceivedSms(
            config=config,
            subject=reply.subject,
            reference=reply.reference[:80],
            text=reply.text,
            received_at=reply.at or at,
        )
        for reply in replies
    ]
    ReceivedSms.objects.bulk_create(rows, ignore_conflicts=True)


def store_plans(config: ExtensionConfig, plans: PlanList, at: datetime) -> None:
    CarrierPlans.objects.update_or_create(
        config=config, defaults={"names": list(plans.names), "why_not": plans.why_not[:300], "listed_at": at}
    )


def _note_cycle(config: ExtensionConfig, start: date, at: datetime) -> None:
    """All SIMs of an account have the same cycles; the newest start tells when they begin now.

    A start that a short month cut down tells less than the one before it, which then counts.
    """
    told, made = BillingCycle.objects.get_or_create(config=config, defaults={"cycle_start": start, "told_at": at})
    if not made:
        unchanged = BillingCycle.objects.filter(pk=told.pk, cycle_start=told.cycle_start)
        unchanged.update(cycle_start=billing.anchor((told.cycle_start, start)), told_at=at)


def note_missing(config: ExtensionConfig, subject: str, at: datetime) -> None:
    """The carrier does not know this SIM. What was known before stays, marked."""
    Sim.objects.filter(pk=row_of(config, subject).pk, missing_since=None).update(missing_since=at)


def row_of(config: ExtensionConfig, subject: str) -> Sim:
    sim, _ = Sim.objects.get_or_create(
        config=config, subject=subject, defaults={"organization_id": config.organization_id}
    )
    return sim
