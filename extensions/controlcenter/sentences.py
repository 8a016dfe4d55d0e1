"""What people are told when Control Center says no, in the same words over REST and SOAP."""

OURS = "Control Center does not understand this request of iotdash. Please report it as a fault of iotdash."
NO_RIGHT = "The API user has no permission for this. Give it a role that has, or use another user."
UNKNOWN_SIM = "Control Center does not know this SIM in this account. Check the ICCID and the account."
UNKNOWN_STATE = "Control Center does not accept this SIM state."
SMS = "Control Center does not accept this message. Shorten it or use plain characters."
NOT_ACTIVE = "Control Center sends messages to activated SIMs only. Activate this one first."
NO_MESSAGE = "Control Center does not know this message."
BROKEN = "Control Center failed inside. Try again later; if it lasts, tell the carrier."
REFUSED = "Control Center refused this."
TOO_MANY_MESSAGES = (
    "The account has sent too many messages since to find this one. Look for it in Control Center before you repeat it."
)
