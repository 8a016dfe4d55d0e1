"""Normalised records. None always means unknown: a missing number is never 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any


class SimState(StrEnum):
    """States by the names that people see; a carrier's unknown state is kept as its raw text in `SimRecord.state`."""

    INVENTORY = "Inventory"
    ACTIVATION_READY = "Activation Ready"
    ACTIVATED = "Activated"
    DEACTIVATED = "Deactivated"
    RETIRED = "Retired"
    TEST_READY = "Test Ready"
    TRIAL = "Trial"
    PURGED = "Purged"
    REPLACED = "Replaced"
    PRE_ACTIVATED = "Pre-activated"
    ACTIVATED_FOR_TEST = "Activated for test"
    SLEEPING = "Sleeping"
    SUSPENDED = "Suspended"
    CANCELLED = "Cancelled"


class LocationStatus(StrEnum):
    """What a carrier says of where a SIM is."""

    LOCATED = "Located"
    NOT_YET = "Not located yet"
    NOT_IN_THIS_STATE = "Not available in this SIM status"
    NOT_SUPPORTED = "Not supported"
    UNKNOWN = "Unknown"


# The carrier's word → what it means to a person.
OVERAGE_OVERRIDES = {
    "DEFAULT": "None",
    "TEMPORARY_OVERRIDE": "This cycle",
    "PERMANENT_OVERRIDE": "Ongoing",
}


class Part(StrEnum):
    """Carriers tell of a SIM in parts: lists have the state, and usage may cost a call of its own."""

    STATE = "state"
    DETAILS = "details"
    USAGE = "usage"


EVERY_PART = frozenset(Part)


@dataclass(frozen=True)
class SimRecord:
    """One SIM as the carrier shows it now. "Cycle to date" counts since the account's billing cycle began.

    Data in bytes, voice in seconds, SMS in messages (received and sent together). `parts` are those that the carrier
    told: a None in one of them is unknown now, and fields of the others (`FIELDS_OF`) say nothing.
    `state_changed_at` is when the carrier changed the state, `state_refreshed_at` when it last looked that up itself;
    `requested_state` is set while a change is under way there. `iccid` is for carriers whose `subject` is another
    number. Latitude and longitude in degrees (WGS 84), as of `located_at`; accuracy as the carrier words it ("500 m").
    """

    subject: str
    state: str | None = None
    rate_plan: str | None = None
    ctd_data_bytes: int | None = None
    ctd_sms: int | None = None
    ctd_voice_seconds: int | None = None
    overage_limit_reached: bool | None = None
    overage_limit_override: str | None = None
    added_at: datetime | None = None
    modified_at: datetime | None = None
    activated_at: datetime | None = None
    imsi: str | None = None
    msisdn: str | None = None
    imei: str | None = None
    communication_plan: str | None = None
    carrier_account: str | None = None
    carrier_device_id: str | None = None
    state_changed_at: datetime | None = None
    state_refreshed_at: datetime | None = None
    requested_state: str | None = None
    state_requested_at: datetime | None = None
    iccid: str | None = None
    location_status: str | None = None
    located_at: datetime | None = None
    location_accuracy: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    parts: frozenset[Part] = EVERY_PART


FIELDS_OF: Mapping[Part, tuple[str, ...]] = {
    Part.STATE: (
        *("state", "rate_plan", "communication_plan"),
        *("state_changed_at", "state_refreshed_at", "requested_state", "state_requested_at"),
    ),
    Part.DETAILS: (
        *("added_at", "modified_at", "activated_at", "imsi", "msisdn", "imei", "iccid"),
        *("carrier_account", "carrier_device_id"),
        *("location_status", "located_at", "location_accuracy", "latitude", "longitude"),
    ),
    Part.USAGE: (
        *("ctd_data_bytes", "ctd_sms", "ctd_voice_seconds"),
        *("overage_limit_reached", "overage_limit_override"),
    ),
}

# What a carrier with rate plans, usage and SMS tells.
USUAL_FIELDS = frozenset(
    {
        *(
            "state",
            "rate_plan",
            "communication_plan",
            "added_at",
            "modified_at",
            "activated_at",
            "imsi",
            "msisdn",
            "imei",
        ),
        *("carrier_account", "carrier_device_id", *FIELDS_OF[Part.USAGE]),
    }
)


Cursor = Mapping[str, Any]


@dataclass(frozen=True)
class Pace:
    """How long a carrier is to be left alone at least. The installation may be slower than this, never faster.

    `changes` lies between two lists of what changed, `inventories` between two of all SIMs. In each span of
    `refreshes`, counted from midnight UTC, a SIM is asked about once, so that as many as possible share a call.
    """

    changes: timedelta = timedelta(0)
    inventories: timedelta = timedelta(0)
    refreshes: timedelta = timedelta(0)


@dataclass(frozen=True)
class Page:
    """One page of an account's SIMs.

    `records` hold what the list itself says of SIMs; `named` are identifiers of which it says nothing more. `next` asks
    for the page after this one, None after the last: a JSON object of numbers and texts, without secrets.
    `as_of` is the carrier's own clock when it answered, None if it did not say.
    """

    records: Sequence[SimRecord] = ()
    named: Sequence[str] = ()
    next: Cursor | None = None
    as_of: datetime | None = None

    @property
    def subjects(self) -> list[str]:
        """Of every SIM on the page, in the carrier's order."""
        return [*(record.subject for record in self.records), *self.named]


@dataclass(frozen=True)
class UsageRecord:
    """Usage of one SIM in one cycle. `cycle_start` is the operator's local date. Data in bytes, voice in seconds.

    `billable_available` is False where the carrier's interface has no billable figures at all ("not available");
    `invoiced` is False while those figures may still change. `closed` is False while the cycle runs, None if unknown.
    """

    subject: str
    cycle_start: date
    cycle_end: date | None = None
    total_data_bytes: int | None = None
    total_sms: int | None = None
    total_voice_seconds: int | None = None
    billable_available: bool = False
    billable_data_bytes: int | None = None
    billable_sms: int | None = None
    billable_voice_seconds: int | None = None
    invoiced: bool | None = None
    rate_plans: tuple[str, ...] = ()
    closed: bool | None = None


@dataclass(frozen=True)
class Accepted:
    """The carrier took the request. Nothing is said of its effect. `reference` is its own id, if it gave one."""

    reference: str = ""


class SmsState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class SmsReport:
    """What the carrier says of one message. `words` is its own status, `at` when it was sent or received."""

    reference: str
    state: SmsState
    words: str
    text: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class SmsReply:
    """A message that a SIM sent, as the carrier has it. `at` is when the carrier received it."""

    subject: str
    reference: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class ReplyPage:
    """A few of the messages that SIMs sent. `next` asks for those after them, None when there are no others."""

    replies: Sequence[SmsReply] = ()
    next: Cursor | None = None


@dataclass(frozen=True)
class PlanList:
    """`names` are the plans that the carrier lists; `why_not` says why it lists none (no permission, no such call)."""

    names: tuple[str, ...] = field(default=())
    why_not: str = ""
