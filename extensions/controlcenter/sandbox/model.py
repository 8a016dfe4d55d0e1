"""What the sandbox knows, in units that belong to no transport: bytes, counts, seconds, UTC datetimes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

TEST_READY = "TEST_READY"
INVENTORY = "INVENTORY"
ACTIVATION_READY = "ACTIVATION_READY"
ACTIVATED = "ACTIVATED"
DEACTIVATED = "DEACTIVATED"
RETIRED = "RETIRED"
USER_STATUSES = (INVENTORY, ACTIVATION_READY, ACTIVATED, DEACTIVATED, RETIRED)
STATUSES = (*USER_STATUSES, TEST_READY, "TRIAL", "PURGED", "REPLACED")
PRE_ACTIVATION = (TEST_READY, INVENTORY, ACTIVATION_READY)
OVERRIDES = ("DEFAULT", "TEMPORARY_OVERRIDE", "PERMANENT_OVERRIDE")
CUSTOM_KEYS = (
    *(f"account{n}" for n in range(1, 11)),
    *(f"operator{n}" for n in range(1, 6)),
    *(f"customer{n}" for n in range(1, 6)),
)


class Role(StrEnum):
    READ_ONLY = "read only"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Account:
    """One API user of a carrier account. Users of one account share `account_id` and its call rate.

    The licence key, too, is the account's. `zone` is an IANA name; the billing cycle starts at its midnight on
    `cycle_day` (1-28).
    `custom_groups` names the groups of custom fields that the user may search and edit.
    """

    username: str
    password: str
    api_key: str
    licence_key: str
    account_id: str
    zone: str = "Etc/UTC"
    role: str = Role.EDITOR
    cycle_day: int = 1
    communication_plans: tuple[str, ...] = ("Data LTE SMS MT/MO",)
    customers: tuple[str, ...] = ()
    custom_groups: tuple[str, ...] = ("account", "operator", "customer")
    location_enabled: bool = False
    key_expired: bool = False

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class RatePlan:
    """A rate plan of one account, with the zones in which it is rated."""

    name: str
    account_id: str
    version: str = "1"
    kind: str = "MONTHLY"
    included_bytes: int = 5 * 1024 * 1024
    zones: tuple[str, ...] = ("Zone 1",)


@dataclass(frozen=True, slots=True)
class Sim:
    """One SIM. `suspended` is Y, N or F (fraud review); `offline` devices receive no SMS.

    `ip_address` may be the text "null", as some servers write it. Dates left out become the time of seeding.
    """

    iccid: str
    status: str
    rate_plan: str
    account_id: str
    imsi: str = ""
    msisdn: str = ""
    imei: str = ""
    communication_plan: str = "Data LTE SMS MT/MO"
    customer: str = ""
    end_consumer_id: str = ""
    suspended: str = "N"
    offline: bool = False
    overage_limit_reached: bool = False
    overage_limit_override: str = "DEFAULT"
    date_activated: datetime | None = None
    date_added: datetime | None = None
    date_updated: datetime | None = None
    date_shipped: datetime | None = None
    device_id: str = ""
    modem_id: str = ""
    fixed_ip_address: str = ""
    fixed_ipv6_address: str = ""
    sim_notes: str = ""
    global_sim_type: str = ""
    customs: Mapping[str, str] = field(default_factory=dict)
    ip_address: str | None = None
    ipv6_address: str = ""
    apn: str = ""
    session_started: datetime | None = None
    session_ended: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    located_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CycleUsage:
    """Usage of one SIM in one cycle, on one plan and in one zone; None means that the service was not used.

    `cycle_start` is the local date on which the cycle starts. A billable figure left None: all of it is billed.
    `units_given` false: the reply leaves the unit of a figure null.
    """

    iccid: str
    cycle_start: date
    data_bytes: int | None = None
    sms_mo: int | None = None
    sms_mt: int | None = None
    voice_mo_s: int | None = None
    voice_mt_s: int | None = None
    rate_plan: str = ""
    rate_plan_version: str = "1"
    zone: str = "Zone 1"
    sessions: int = 0
    units_given: bool = True
    billable_data_bytes: int | None = None
    billable_sms: int | None = None
    billable_voice_s: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One SMS. `msg_type` MT goes to the device, MO comes from it. `deliver_at`: when an MT is due."""

    id: int
    account_id: str
    iccid: str
    text: str
    msg_type: str
    status: str
    sender: str
    sent_to: str
    sent_from: str
    date_modified: datetime
    date_sent: datetime | None = None
    date_received: datetime | None = None
    deliver_at: datetime | None = None
    encoding: str = "LITERAL"
    data_coding: int = 0
    validity: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that was accepted and is not yet in force."""

    id: int | None
    iccid: str
    field: str
    value: str
    due_at: datetime
    username: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of a SIM's history; `outcome` is Success or Failed."""

    id: int | None
    iccid: str
    at: datetime
    username: str
    field: str
    before: str
    after: str
    outcome: str = "Success"
