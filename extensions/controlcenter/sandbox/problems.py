"""Why the carrier refuses something, before any transport gives it a code."""

from __future__ import annotations

from enum import Enum, auto


class Reason(Enum):
    SIM_UNKNOWN = auto()
    STATUS_INVALID = auto()
    TRANSITION_REFUSED = auto()
    BACK_TO_PRE_ACTIVATION = auto()
    SIM_SUSPENDED = auto()
    RATE_PLAN_INVALID = auto()
    COMMUNICATION_PLAN_INVALID = auto()
    CUSTOMER_INVALID = auto()
    OVERRIDE_INVALID = auto()
    DEVICE_ID_INVALID = auto()
    MODEM_ID_INVALID = auto()
    EFFECTIVE_DATE_INVALID = auto()
    ROLE_FORBIDS = auto()
    OPERATOR_CUSTOMS_FORBIDDEN = auto()
    ACCOUNT_CUSTOMS_FORBIDDEN = auto()
    CUSTOMER_CUSTOMS_FORBIDDEN = auto()
    SIM_NOT_ACTIVATED = auto()
    MESSAGE_EMPTY = auto()
    MESSAGE_TOO_LONG = auto()
    MESSAGE_UNDECODABLE = auto()
    MESSAGE_UNKNOWN = auto()
    ZONE_INVALID = auto()


class Problem(Exception):
    """A refusal by the rules of the carrier, with a sentence of its own where one helps."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail or reason.name)
        self.reason = reason
        self.detail = detail
