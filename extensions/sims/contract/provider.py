"""The contract of a SIM carrier."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from extensions.core.contract import Context, Proof
from extensions.sims.contract.records import Accepted, PlanList, SimRecord, SmsReport, UsageRecord


class SimProvider(Protocol):
    """Every method makes as few calls as it can through `context.http` and raises only the contract's errors.

    `supports` names the operations that the carrier has, of `terminal`, `status`, `usage`, `sms`, `rateplan`; what it
    lacks is absent from the product, not broken. `past_cycles` is how many cycles before the running one it answers
    for. A write is sent once and never repeated here: when its answer is lost the error has `may_have_happened=True`.
    """

    supports: frozenset[str]
    settable_states: tuple[str, ...]
    past_cycles: int

    def sms_limit(self, settings: Mapping[str, Any]) -> int:
        """The most characters of one message under these settings; without any, the most that there can be."""

    def check(self, context: Context) -> Proof: ...

    def record(self, context: Context, subject: str) -> SimRecord: ...

    def usage(self, context: Context, subject: str, cycle_start: date | None) -> UsageRecord:
        """Usage of the cycle that starts on this local date (None: the current one). NoData when there is none."""

    def plans(self, context: Context) -> PlanList: ...

    def set_state(self, context: Context, subject: str, state: str) -> Accepted:
        """`state` is one of `settable_states`."""

    def set_plan(self, context: Context, subject: str, plan: str) -> Accepted: ...

    def send_sms(self, context: Context, subject: str, text: str) -> Accepted: ...

    def sms_report(self, context: Context, reference: str) -> SmsReport: ...

    def find_sms(
        self, context: Context, subject: str, text: str, since: datetime, taken: frozenset[str]
    ) -> SmsReport | None:
        """The newest message with this text to this SIM since a moment, other than those taken: what became of a lost
        answer. NoData when there are too many messages to be sure."""
