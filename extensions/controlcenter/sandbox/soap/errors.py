"""Fault codes of the SOAP transport (specification 5.7), their words, and the tokens of refused edits (5.3)."""

from __future__ import annotations

from collections.abc import Mapping

from ..problems import Problem, Reason

API_ERROR = "400000"
SERVER_FAULT = "400300"
BAD_LICENCE = "400100"
BAD_USER = "400200"
NO_ACCESS = "400201"
THROTTLED = "400101"
UNKNOWN_DEVICE = "100100"
INVALID_ICCID = "400500"
INVALID_CHANGE_TYPE = "100200"
INVALID_EDIT = "100300"
INVALID_RATE_PLAN = "100520"
NO_USAGE = "200200"
NO_SESSION = "900100"
TOO_MANY_ICCIDS = "10001"
TOO_MANY_MESSAGES = "500200"
UNKNOWN_MESSAGE = "500300"

ERRORS: Mapping[str, str] = {
    TOO_MANY_ICCIDS: "Too many ICCIDs",
    "100000": "Device error",
    UNKNOWN_DEVICE: "Device not found",
    INVALID_CHANGE_TYPE: "Invalid change type",
    INVALID_EDIT: "Invalid edit request",
    INVALID_RATE_PLAN: "Invalid rate plan",
    NO_USAGE: "No usage found",
    API_ERROR: "API error",
    BAD_LICENCE: "Invalid license key",
    THROTTLED: "License key is over its call rate",
    BAD_USER: "User name or password is wrong",
    NO_ACCESS: "Access violation",
    SERVER_FAULT: "Internal error",
    INVALID_ICCID: "Invalid ICCID",
    TOO_MANY_MESSAGES: "Too many SMS message IDs",
    UNKNOWN_MESSAGE: "SMS message ID not found",
    "500400": "Message text is empty",
    "500500": "Message text is over 160 characters",
    "500700": "Device is not active",
    "500800": "Message text cannot be decoded",
    NO_SESSION: "No active data session",
}
_CODES: Mapping[Reason, tuple[str, str]] = {
    Reason.SIM_UNKNOWN: (UNKNOWN_DEVICE, ""),
    Reason.STATUS_INVALID: (INVALID_EDIT, "SIMSTATUS_INVALID"),
    Reason.TRANSITION_REFUSED: (INVALID_EDIT, "SIMSTATUS_INVALID_TRANSITION"),
    Reason.BACK_TO_PRE_ACTIVATION: (INVALID_EDIT, "SIMSTATUS_INVALID_TRANSITION"),
    Reason.SIM_SUSPENDED: (INVALID_EDIT, "SIMSTATUS_SUSPENDED"),
    Reason.RATE_PLAN_INVALID: (INVALID_RATE_PLAN, "RATEPLAN_INVALID"),
    Reason.CUSTOMER_INVALID: (INVALID_EDIT, "CUSTOMERNAME_INVALID"),
    Reason.OVERRIDE_INVALID: (INVALID_EDIT, "OVERRIDEMODE_INVALID"),
    Reason.DEVICE_ID_INVALID: (INVALID_EDIT, "DEVICEID_INVALID"),
    Reason.MODEM_ID_INVALID: (INVALID_EDIT, "MODEMID_INVALID"),
    Reason.EFFECTIVE_DATE_INVALID: (INVALID_EDIT, "INVALID_EFFECTIVE_DATE"),
    Reason.ROLE_FORBIDS: (NO_ACCESS, ""),
    Reason.OPERATOR_CUSTOMS_FORBIDDEN: (NO_ACCESS, ""),
    Reason.ACCOUNT_CUSTOMS_FORBIDDEN: (NO_ACCESS, ""),
    Reason.CUSTOMER_CUSTOMS_FORBIDDEN: (NO_ACCESS, ""),
    Reason.SIM_NOT_ACTIVATED: ("500700", ""),
    Reason.MESSAGE_EMPTY: ("500400", ""),
    Reason.MESSAGE_TOO_LONG: ("500500", ""),
    Reason.MESSAGE_UNDECODABLE: ("500800", ""),
    Reason.MESSAGE_UNKNOWN: (UNKNOWN_MESSAGE, ""),
}


class SoapFault(Exception):
    """A refusal with one of the carrier's codes; `message` is a validation token, or says what is wrong."""

    def __init__(self, code: str, message: str = "", error: str = "") -> None:
        self.code = code
        self.error = error or ERRORS.get(code, "Error")
        self.message = message or self.error
        super().__init__(f"{self.code}: {self.message}")

    @classmethod
    def of(cls, problem: Problem) -> SoapFault:
        code, token = _CODES[problem.reason]
        return cls(code, token, problem.detail)
