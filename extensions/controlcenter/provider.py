"""A SIM carrier that runs Control Center: one contract, the transport chosen by the settings."""

from datetime import date, datetime

from extensions.controlcenter import rest_sims, rest_sms
from extensions.controlcenter.address import SOAP, DomainIdError
from extensions.controlcenter.settings import SOAP_LATER, protocol_of
from extensions.controlcenter.states import SETTABLE
from extensions.core.contract import CannotConnect, Context, Proof
from extensions.sims.contract import Accepted, PlanList, SimProvider, SimRecord, SmsReport, UsageRecord


class ControlCenter(SimProvider):
    """Stateless; every carrier that runs Control Center uses this class as it is."""

    supports = frozenset({"terminal", "status", "usage", "sms", "rateplan"})
    settable_states = SETTABLE
    sms_limit = rest_sms.SMS_LIMIT
    # Over REST; SOAP knows older ones too.
    past_cycles = 2

    def check(self, context: Context) -> Proof:
        return rest_sims.check(_over_rest(context))

    def record(self, context: Context, subject: str) -> SimRecord:
        return rest_sims.record(_over_rest(context), subject)

    def usage(self, context: Context, subject: str, cycle_start: date | None) -> UsageRecord:
        return rest_sims.usage(_over_rest(context), subject, cycle_start)

    def plans(self, context: Context) -> PlanList:
        return rest_sims.plans(_over_rest(context))

    def set_state(self, context: Context, subject: str, state: str) -> Accepted:
        return rest_sims.set_state(_over_rest(context), subject, state)

    def set_plan(self, context: Context, subject: str, plan: str) -> Accepted:
        return rest_sims.set_plan(_over_rest(context), subject, plan)

    def send_sms(self, context: Context, subject: str, text: str) -> Accepted:
        return rest_sms.send(_over_rest(context), subject, text)

    def sms_report(self, context: Context, reference: str) -> SmsReport:
        return rest_sms.report(_over_rest(context), reference)

    def find_sms(
        self, context: Context, subject: str, text: str, since: datetime, taken: frozenset[str]
    ) -> SmsReport | None:
        return rest_sms.find(_over_rest(context), subject, text, since, taken)


def _over_rest(context: Context) -> Context:
    """Set-ups for SOAP are refused before they are saved; one that got past that calls nobody."""
    try:
        protocol = protocol_of(context.settings)
    except DomainIdError as error:
        raise CannotConnect(str(error)) from error
    if protocol == SOAP:
        raise CannotConnect(SOAP_LATER)
    return context
