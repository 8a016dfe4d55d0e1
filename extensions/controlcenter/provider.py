"""A SIM carrier that runs Control Center: one contract, the transport chosen by the settings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from extensions.controlcenter import rest_inventory, rest_sims, rest_sms, soap_inventory, soap_sims, soap_sms
from extensions.controlcenter.address import REST, SOAP, DomainIdError
from extensions.controlcenter.settings import protocol_of
from extensions.controlcenter.states import SETTABLE
from extensions.core.contract import CannotConnect, Context, Proof
from extensions.sims.contract import (
    Accepted,
    Cursor,
    Page,
    Part,
    PlanList,
    ReplyPage,
    SimProvider,
    SimRecord,
    SmsReport,
    UsageRecord,
)

_SIMS = {REST: rest_sims, SOAP: soap_sims}
_INVENTORIES = {REST: rest_inventory, SOAP: soap_inventory}
_MESSAGES = {REST: rest_sms, SOAP: soap_sms}


class ControlCenter(SimProvider):
    """Stateless; every carrier that runs Control Center uses this class as it is."""

    supports = frozenset({"inventory", "terminal", "status", "usage", "sms", "replies", "rateplan"})
    settable_states = SETTABLE
    # Over REST; SOAP knows older ones too.
    past_cycles = 2

    def sms_limit(self, settings: Mapping[str, Any]) -> int:
        try:
            return _MESSAGES[protocol_of(settings)].SMS_LIMIT
        except DomainIdError:
            return rest_sms.SMS_LIMIT

    def check(self, context: Context) -> Proof:
        return _SIMS[_protocol(context)].check(context)

    def record(self, context: Context, subject: str) -> SimRecord:
        return _SIMS[_protocol(context)].record(context, subject)

    def inventory(self, context: Context, since: datetime | None, cursor: Cursor | None) -> Page:
        return _INVENTORIES[_protocol(context)].page(context, since, cursor)

    def refresh(self, context: Context, subjects: Sequence[str], parts: frozenset[Part]) -> Mapping[str, SimRecord]:
        return _SIMS[_protocol(context)].refresh(context, subjects, parts)

    def refresh_batch(self, settings: Mapping[str, Any]) -> int:
        try:
            return _SIMS[protocol_of(settings)].REFRESH_BATCH
        except DomainIdError:
            return rest_sims.REFRESH_BATCH

    def usage(self, context: Context, subject: str, cycle_start: date | None) -> UsageRecord:
        return _SIMS[_protocol(context)].usage(context, subject, cycle_start)

    def plans(self, context: Context) -> PlanList:
        return _SIMS[_protocol(context)].plans(context)

    def set_state(self, context: Context, subject: str, state: str) -> Accepted:
        return _SIMS[_protocol(context)].set_state(context, subject, state)

    def set_plan(self, context: Context, subject: str, plan: str) -> Accepted:
        return _SIMS[_protocol(context)].set_plan(context, subject, plan)

    def send_sms(self, context: Context, subject: str, text: str) -> Accepted:
        return _MESSAGES[_protocol(context)].send(context, subject, text)

    def sms_report(self, context: Context, reference: str) -> SmsReport:
        return _MESSAGES[_protocol(context)].report(context, reference)

    def find_sms(
        self, context: Context, subject: str, text: str, since: datetime, taken: frozenset[str]
    ) -> SmsReport | None:
        return _MESSAGES[_protocol(context)].find(context, subject, text, since, taken)

    def replies(
        self, context: Context, subject: str, since: datetime, known: frozenset[str], cursor: Cursor | None
    ) -> ReplyPage:
        return _MESSAGES[_protocol(context)].replies(context, subject, since, known, cursor)

    def replies_are_of_all(self, settings: Mapping[str, Any]) -> bool:
        try:
            return protocol_of(settings) == REST
        except DomainIdError:
            return False


def _protocol(context: Context) -> str:
    try:
        return protocol_of(context.settings)
    except DomainIdError as error:
        raise CannotConnect(str(error)) from error
