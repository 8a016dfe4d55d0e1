"""Error codes of the REST transport (specification 6.9) and the bodies that carry them."""

from __future__ import annotations

from collections.abc import Mapping

from ..problems import Problem, Reason

THROTTLED = "40000029"
BAD_KEY = "10000001"
SERVER_FAULT = "30000001"

# Code -> HTTP status and the carrier's words.
ERRORS: Mapping[str, tuple[int, str]] = {
    BAD_KEY: (401, "Invalid credentials"),
    "10000002": (400, "Account ID is required"),
    "10000003": (400, "Date is required"),
    "10000004": (400, "Invalid account ID"),
    "10000005": (400, "Invalid SIM status"),
    "10000006": (400, "Invalid page size"),
    "10000007": (400, "Invalid page number"),
    "10000008": (400, "No access to operator custom fields"),
    "10000009": (400, "No access to account custom fields"),
    "10000010": (400, "No access to customer custom fields"),
    "10000011": (400, "Required fields are missing"),
    "10000012": (400, "Invalid date format"),
    "10000013": (400, "Invalid rate plan"),
    "10000014": (400, "Invalid communication plan"),
    "10000015": (400, "Invalid customer"),
    "10000016": (400, "Invalid overage limit override"),
    "10000017": (400, "Invalid message encoding"),
    "10000018": (400, "Invalid data coding"),
    "10000019": (400, "Invalid TPVP"),
    "10000020": (400, "Message text is too long"),
    "10000021": (400, "Invalid ICCID"),
    "10000022": (400, "From date is required"),
    "10000023": (400, "Invalid JSON"),
    "10000024": (400, "Invalid API version"),
    "10000025": (400, "Invalid device ID"),
    "10000026": (400, "Invalid modem ID"),
    "10000027": (400, "Invalid from or to date"),
    "10000028": (400, "Unknown parameter"),
    "10000029": (400, "SIM cannot return to a pre-activation status"),
    "10000030": (400, "The role of the user does not allow this call"),
    "10000031": (400, "Invalid zone"),
    "10000032": (400, "Cycle start date is not within the last three cycles"),
    "10000049": (400, "Days of history cannot exceed 365"),
    "10000062": (400, "The user has no access to this account"),
    "10000079": (400, "API is not enabled for this account"),
    "10000080": (400, "API is not enabled for this account"),
    "10000602": (400, "Location tracking is disabled for this account"),
    "20000001": (404, "ICCID not found"),
    "20000002": (404, "SMS message ID not found"),
    "20000003": (404, "Account ID not found"),
    SERVER_FAULT: (500, "Unknown server error"),
    "30000002": (500, "Failed to submit the message to the SMSC"),
    THROTTLED: (429, "API call rate exceeded"),
}

CODES: Mapping[Reason, str] = {
    Reason.SIM_UNKNOWN: "20000001",
    Reason.STATUS_INVALID: "10000005",
    Reason.TRANSITION_REFUSED: "10000005",
    Reason.BACK_TO_PRE_ACTIVATION: "10000029",
    Reason.SIM_SUSPENDED: "10000005",
    Reason.RATE_PLAN_INVALID: "10000013",
    Reason.COMMUNICATION_PLAN_INVALID: "10000014",
    Reason.CUSTOMER_INVALID: "10000015",
    Reason.OVERRIDE_INVALID: "10000016",
    Reason.DEVICE_ID_INVALID: "10000025",
    Reason.MODEM_ID_INVALID: "10000026",
    Reason.EFFECTIVE_DATE_INVALID: "10000012",
    Reason.ROLE_FORBIDS: "10000030",
    Reason.OPERATOR_CUSTOMS_FORBIDDEN: "10000008",
    Reason.ACCOUNT_CUSTOMS_FORBIDDEN: "10000009",
    Reason.CUSTOMER_CUSTOMS_FORBIDDEN: "10000010",
    Reason.SIM_NOT_ACTIVATED: "10000005",
    Reason.MESSAGE_EMPTY: "10000011",
    Reason.MESSAGE_TOO_LONG: "10000020",
    Reason.MESSAGE_UNDECODABLE: "10000017",
    Reason.MESSAGE_UNKNOWN: "20000002",
    Reason.ZONE_INVALID: "10000031",
}


class RestError(Exception):
    """A refusal with one of the carrier's codes; `status` and words come from the table unless given."""

    def __init__(self, code: str, message: str = "", status: int | None = None) -> None:
        known_status, known_message = ERRORS.get(code, (400, "Error"))
        self.code = code
        self.message = message or known_message
        self.status = status or known_status
        super().__init__(f"{self.code}: {self.message}")

    @classmethod
    def of(cls, problem: Problem) -> RestError:
        return cls(CODES[problem.reason], problem.detail)

    def body(self) -> dict[str, str]:
        return {"errorMessage": self.message, "errorCode": self.code}
