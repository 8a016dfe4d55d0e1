"""What the sandbox knows: accounts, SIMs and tickets, in UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

PRE_ACTIVATED = "PRE_ACTIVATED"
ACTIVATED_FOR_TEST = "ACTIVATED_FOR_TEST"
SLEEPING = "SLEEPING"
ACTIVATED = "ACTIVATED"
SUSPENDED = "SUSPENDED"
CANCELLED = "CANCELLED"
STATUSES = (PRE_ACTIVATED, ACTIVATED_FOR_TEST, SLEEPING, ACTIVATED, SUSPENDED, CANCELLED)
ASKABLE = (ACTIVATED, ACTIVATED_FOR_TEST, SLEEPING, SUSPENDED)
# In these a SIM can be asked where it is.
LOCATABLE = (ACTIVATED, ACTIVATED_FOR_TEST)


@dataclass(frozen=True, slots=True)
class Account:
    """One login. Logins of one customer share `customer_id`, SIMs, quota and call rate.

    `may_change`: it may ask for a change of state. `known`: false for a login that the gateway lets in and the
    directory does not know.
    """

    login: str
    password: str
    customer_id: str
    may_change: bool = True
    known: bool = True


@dataclass(frozen=True, slots=True)
class Sim:
    """One SIM by its serial number (SSN), 13 digits.

    `requested_status` and `change_requested_at` are set while a change is pending. `supervision`: compatible with
    supervision-location; None: nothing is known of location. `imei_alert`: compatible with IMEI alert.
    """

    ssn: str
    customer_id: str
    status: str
    iccid: str
    subscription: str
    puk1: str
    puk2: str
    changed_at: datetime
    refreshed_at: datetime
    imsi: str = ""
    msisdn_data: str = ""
    msisdn_voice: str = ""
    msisdn_fax: str = ""
    imei: str = ""
    device_serial: str = ""
    device_id: str = ""
    machine_serial: str = ""
    status_reason: str = ""
    suspension_reason: str = ""
    hierarchy: str = ""
    requested_status: str = ""
    change_requested_at: datetime | None = None
    supervision: bool | None = None
    imei_alert: bool = False
    latitude: float | None = None
    longitude: float | None = None
    located_at: datetime | None = None
    accuracy_m: int | None = None

    @property
    def compatibility(self) -> str:
        """Three flags: the status allows a location request; compatible with supervision-location, with IMEI alert."""
        if self.supervision is None:
            return ""
        return f"{self.status in LOCATABLE:d}{self.supervision:d}{self.imei_alert:d}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request for a change of state, by its number. `retrieved`: its result was fetched, which can be done once."""

    number: str
    customer_id: str
    status: str
    asked_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    retrieved: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a ticket. `before`: the status when it was asked. `error`: why it was not done."""

    ticket: str
    ssn: str
    before: str
    error: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """Calls that an account made of a service in a month, such as `2017-03`."""

    customer_id: str
    service: str
    month: str
    calls: int
