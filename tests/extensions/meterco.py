"""A made-up SIM carrier for tests of core: does what a test's script says, and counts its calls.

It stands in for a provider, not for a service: the tests that use it are about what core makes of a provider's answers.
"""

from collections import Counter
from datetime import date, datetime

from extensions.core.contract import Context, LanePolicy, Manifest, Proof
from extensions.sims.contract import (
    Accepted,
    PlanList,
    SimProvider,
    SimRecord,
    SmsReply,
    SmsReport,
    SmsState,
    UsageRecord,
)

SETTINGS = {"user": "fleet", "key": "s3cret-key", "host": "meterco.test"}

SETTINGS_SCHEMA = {
    "type": "object",
    "required": ["user", "key", "host"],
    "additionalProperties": False,
    "properties": {
        "user": {"type": "string", "title": "User name"},
        "key": {"type": "string", "title": "Key", "writeOnly": True},
        "host": {"type": "string", "title": "Host", "x-address": True},
    },
}

DEVICE_SCHEMA = {
    "type": "object",
    "required": ["chip"],
    "additionalProperties": False,
    "properties": {"chip": {"type": "string", "title": "Chip number", "pattern": "^[0-9]{4}$"}},
}


class Scripted(SimProvider):
    """`will[method]` is a list of errors to raise or values to return, in order; after that the default answer."""

    supports = frozenset({"terminal", "status", "usage", "sms", "replies", "rateplan"})
    settable_states = ("Inventory", "Activated", "Deactivated", "Retired")
    past_cycles = 4

    def __init__(self) -> None:
        self.will: dict[str, list] = {}
        self.calls: Counter = Counter()
        self.state = "Deactivated"
        self.plan = "Small"

    def sms_limit(self, settings) -> int:
        return 10 if settings.get("user") == "brief" else 160

    def _next(self, method: str, default):
        self.calls[method] += 1
        script = self.will.get(method) or [default]
        step = script.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step() if callable(step) else step

    def check(self, context: Context) -> Proof:
        return self._next("check", Proof("The key of fleet is accepted."))

    def record(self, context: Context, subject: str) -> SimRecord:
        return self._next("record", lambda: SimRecord(subject, state=self.state, rate_plan=self.plan, ctd_sms=3))

    def usage(self, context: Context, subject: str, cycle_start: date | None) -> UsageRecord:
        start = cycle_start or date(2026, 11, 1)
        return self._next("usage", UsageRecord(subject, start, total_data_bytes=1_048_576))

    def plans(self, context: Context) -> PlanList:
        return self._next("plans", PlanList(("Small", "Large")))

    def set_state(self, context: Context, subject: str, state: str) -> Accepted:
        def perform() -> Accepted:
            self.state = state
            return Accepted()

        return self._next("set_state", perform)

    def set_plan(self, context: Context, subject: str, plan: str) -> Accepted:
        return self._next("set_plan", Accepted())

    def send_sms(self, context: Context, subject: str, text: str) -> Accepted:
        return self._next("send_sms", Accepted("77"))

    def sms_report(self, context: Context, reference: str) -> SmsReport:
        return self._next("sms_report", SmsReport(reference, SmsState.DELIVERED, "Delivered"))

    def find_sms(
        self, context: Context, subject: str, text: str, since: datetime, taken: frozenset[str]
    ) -> SmsReport | None:
        self.taken = taken
        return self._next("find_sms", None)

    def replies(self, context: Context, subject: str, since: datetime) -> list[SmsReply]:
        return self._next("replies", [])


def manifest(provider: Scripted, **changes) -> Manifest:
    known = {
        "slug": "meterco",
        "device_key": "meterco",
        "name": "MeterCo",
        "category": "SIM management",
        "summary": "A made-up carrier.",
        "life_cycle": "Made up.",
        "capability": "sims",
        "provider": provider,
        "settings_schema": SETTINGS_SCHEMA,
        "device_schema": DEVICE_SCHEMA,
        "subject_field": "chip",
        "account_key": lambda settings: f"meterco {settings['host']} {settings['user']}",
        "lane": LanePolicy(per_second=1000),
        "endpoint": lambda settings: f"https://{settings['host']}/",
    }
    return Manifest(**(known | changes))
