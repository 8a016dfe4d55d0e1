"""The contract of a SIM carrier."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from extensions.core.contract import Context, Proof, Quota
from extensions.sims.contract.records import (
    USUAL_FIELDS,
    Accepted,
    Cursor,
    Pace,
    Page,
    Part,
    PlanList,
    ReplyPage,
    SimRecord,
    SmsReport,
    UsageRecord,
)


class SimProvider(Protocol):
    """Every method makes as few calls as it can through `context.http` and raises only the contract's errors.

    `supports` names what the carrier has, of `inventory`, `replies` (messages that SIMs sent) and the operations
    `status`, `usage`, `sms`, `rateplan` and that of `overview`; what it lacks is absent from the product, not broken.
    `past_cycles` is how many cycles before the running one it answers for. `tells` are the fields of its records that
    it ever fills; the others are absent as well. `overview` is the id of the operation that reads a record. Results of
    operations call the subject `subject_name`, and the record's fields in `fact_names` by the names there.
    A carrier that only reads needs no more than `check`, `record`, and for its inventory `inventory`, `refresh` and
    `refresh_batch`. A write is sent once and never repeated here: when its answer is lost the error has
    `may_have_happened=True`.
    """

    supports: frozenset[str]
    settable_states: tuple[str, ...] = ()
    past_cycles: int = 0
    tells: frozenset[str] = USUAL_FIELDS
    overview: str = "terminal"
    subject_name: str = "iccid"
    fact_names: Mapping[str, str] = MappingProxyType({})
    pace: Pace = Pace()

    def quota(self, settings: Mapping[str, Any], sims: int, now: datetime) -> Quota | None:
        """The quota that counts now for an account with so many SIMs; None where calls are not counted."""
        return None

    def sms_limit(self, settings: Mapping[str, Any]) -> int:
        """The most characters of one message under these settings; without any, the most that there can be."""
        return 0

    def check(self, context: Context) -> Proof: ...

    def record(self, context: Context, subject: str) -> SimRecord: ...

    def inventory(self, context: Context, since: datetime | None, cursor: Cursor | None) -> Page:
        """One page of the account's SIMs, by one call: all of them, or those changed since about an instant.

        `since` is on the carrier's own clock, as `Page.as_of` told it; the same for every page of a list. More SIMs
        than changed may be given, never fewer. SIMs may be listed twice, and missed, while the fleet changes.
        """

    def refresh(self, context: Context, subjects: Sequence[str], parts: frozenset[Part]) -> Mapping[str, SimRecord]:
        """Records by subject, by as few calls as give these parts; other parts may come along.

        At most `refresh_batch` subjects. SIMs that are not in this account are absent.
        """

    def refresh_batch(self, settings: Mapping[str, Any]) -> int:
        """How many SIMs one call of `refresh` can be about under these settings; 1 where each SIM costs calls."""

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

    def replies(
        self, context: Context, subject: str, since: datetime, known: frozenset[str], cursor: Cursor | None
    ) -> ReplyPage:
        """The next few of the messages that the SIM sent since about a moment, by few calls.

        `known` are references of messages that nothing more is wanted of, sent ones among them.
        """

    def replies_are_of_all(self, settings: Mapping[str, Any]) -> bool:
        """Whether `replies` goes through the messages of all SIMs of the account, whichever it is asked about."""
        return False
