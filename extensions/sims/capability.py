"""The SIM capability: performs operations through a carrier's provider and keeps what it answered."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from devices.models import Device
from extensions.core.contract import (
    Answer,
    Ask,
    Context,
    InboundRecord,
    Known,
    Manifest,
    NoData,
    OperationSpec,
    Quota,
    ReadBack,
    Verdict,
)
from extensions.core.models import ExtensionConfig
from extensions.core.places import Place
from extensions.core.targets import Target
from extensions.sims import first_records, known, links, operations, panel, plans, queries, results, services
from extensions.sims.contract import PlanList, SimRecord, SmsReport, SmsState, UsageRecord
from extensions.sims.sync import card, reports, wanting
from iotdash.audit.services import Source

_VERDICTS = {
    SmsState.PENDING: Verdict.PENDING,
    SmsState.DELIVERED: Verdict.CONFIRMED,
    SmsState.FAILED: Verdict.FAILED,
}


class SimCapability:
    name = "sims"

    def operations(
        self, manifest: Manifest, settings: Mapping[str, Any] = MappingProxyType({})
    ) -> Sequence[OperationSpec]:
        return operations.of(manifest.provider, settings)

    def perform(self, manifest: Manifest, context: Context, ask: Ask) -> Answer:
        return _PERFORM[operations.kind_of(manifest.provider, ask.operation)](manifest.provider, context, ask)

    def read_back(self, manifest: Manifest, context: Context, ask: Ask) -> ReadBack:
        return _READ_BACK[ask.operation](manifest.provider, context, ask)

    def store(self, config: ExtensionConfig, subject: str, fetched: Any, at: datetime) -> None:
        if isinstance(fetched, SimRecord):
            services.store_record(config, fetched, at)
        elif isinstance(fetched, UsageRecord):
            services.store_usage(config, fetched, at)
        elif isinstance(fetched, PlanList):
            services.store_plans(config, fetched, at)

    def known(self, target: Target, operation_id: str, parameters: Mapping[str, Any]) -> Known | None:
        return known.answer(target, operation_id, parameters)

    def note_missing(self, config: ExtensionConfig, subject: str, at: datetime) -> None:
        services.note_missing(config, subject, at)

    def link(self, device: Device, targets: Sequence[Target]) -> None:
        mine = [target for target in targets if target.manifest.capability == self.name]
        links.link(device, mine)
        for target in mine:
            transaction.on_commit(partial(plans.ask_first, target.config))

    def fetches_first(self, target: Target) -> bool:
        return first_records.leave_to_batches(target)

    def having(self, configs: Sequence[ExtensionConfig], subject: str) -> Collection[int]:
        return set(links.listed(configs).filter(subject=subject).values_list("config_id", flat=True))

    def linked(self, config: ExtensionConfig, *, listed: bool = False) -> QuerySet:
        return links.devices(config, listed=listed)

    def panel(self, request: HttpRequest, target: Target, place: Place) -> tuple[str, Mapping[str, Any]]:
        return panel.render(request, target, place)

    def configuration_card(self, request: HttpRequest, config: ExtensionConfig) -> tuple[str, Mapping[str, Any]] | None:
        return card.render(request, config)

    def quota(self, config: ExtensionConfig) -> Quota | None:
        return queries.quota_of(config)

    def removal(self, config: ExtensionConfig) -> Sequence[tuple[str, str]]:
        return ()

    def receive(self, config: ExtensionConfig, records: Sequence[InboundRecord]) -> None:
        reports.receive(config, records)

    def act(self, config: ExtensionConfig, action: str, source: Source) -> str:
        return wanting.want(config, action, source)


# --- Performing ---------------------------------------------------------------------------------------------------


def _overview(provider, context: Context, ask: Ask) -> Answer:
    record = provider.record(context, ask.subject)
    return Answer(result=results.overview(provider, record), fetched=record)


def _usage(provider, context: Context, ask: Ask) -> Answer:
    start = ask.parameters.get("cycleStartDate")
    usage = provider.usage(context, ask.subject, date.fromisoformat(start) if start else None)
    return Answer(result=results.usage(usage), fetched=usage)


def _plans(provider, context: Context, ask: Ask) -> Answer:
    plans = provider.plans(context)
    return Answer(result=results.plans(plans.names, plans.why_not), fetched=plans)


def _status(provider, context: Context, ask: Ask) -> Answer:
    accepted = provider.set_state(context, ask.subject, ask.parameters["status"])
    return Answer(result={"status": ask.parameters["status"]}, reference=accepted.reference)


def _rate_plan(provider, context: Context, ask: Ask) -> Answer:
    accepted = provider.set_plan(context, ask.subject, ask.parameters["ratePlan"])
    return Answer(result={"ratePlan": ask.parameters["ratePlan"]}, reference=accepted.reference)


def _sms(provider, context: Context, ask: Ask) -> Answer:
    accepted = provider.send_sms(context, ask.subject, ask.parameters["message"])
    return Answer(result={"messageId": accepted.reference or None}, reference=accepted.reference)


_PERFORM = {
    operations.OVERVIEW: _overview,
    operations.USAGE: _usage,
    operations.RATE_PLANS: _plans,
    operations.STATUS: _status,
    operations.RATE_PLAN: _rate_plan,
    operations.SMS: _sms,
}


# --- Reading back -------------------------------------------------------------------------------------------------


def _state_seen(provider, context: Context, ask: Ask) -> ReadBack:
    record = provider.record(context, ask.subject)
    return _compared(record, record.state, ask.parameters["status"], f"The SIM shows {record.state or 'no state'}.")


def _plan_seen(provider, context: Context, ask: Ask) -> ReadBack:
    record = provider.record(context, ask.subject)
    words = f"The SIM shows the plan {record.rate_plan or 'none'}."
    return _compared(record, record.rate_plan, ask.parameters["ratePlan"], words)


def _compared(record: SimRecord, seen: str | None, wanted: str, words: str) -> ReadBack:
    verdict = Verdict.CONFIRMED if seen == wanted else Verdict.PENDING
    return ReadBack(verdict, words, fetched=record)


def _sms_seen(provider, context: Context, ask: Ask) -> ReadBack:
    if ask.reference:
        return _sms_verdict(provider.sms_report(context, ask.reference))
    try:
        report = provider.find_sms(context, ask.subject, ask.parameters["message"], ask.asked_at, ask.taken)
    except NoData as error:
        return ReadBack(Verdict.NO_TRACE, error.sentence)
    if report is None:
        return ReadBack(Verdict.NO_TRACE, "The carrier's list has no such message.")
    return _sms_verdict(report)


def _sms_verdict(report: SmsReport) -> ReadBack:
    words = f"The carrier says: {report.words}."
    return ReadBack(_VERDICTS[report.state], words, {"messageId": report.reference}, report.reference)


_READ_BACK = {
    operations.STATUS: _state_seen,
    operations.RATE_PLAN: _plan_seen,
    operations.SMS: _sms_seen,
}
