"""What of Control Center's wire diagnostics may keep, over either transport.

Kept are states, plans, dates, figures, codes and the service's own message numbers. Replaced are the numbers of SIMs
and subscribers, names of users, devices, customers and accounts, addresses, texts, notes and custom fields.
"""

from extensions.controlcenter.soap_envelope import SCHEMA
from extensions.controlcenter.unrecorded import unrecorded
from extensions.core.contract import Wire

_STATE = """
    status suspended ratePlan ratePlanVersion communicationPlan overageLimitReached overageLimitOverride globalSimType
    simState changeType effectiveDate billable name type
"""
# Our client sends states and plans in it, and nothing else.
_EDITED = "targetValue"
_DATES = """
    dateActivated dateAdded dateUpdated dateModified dateShipped dateSent dateReceived dateSessionStarted
    dateSessionEnded termStartDate termEndDate renewalDate cycleStartDate cycleEndDate timeStamp modifiedSince
    modifiedTill since fromDate toDate
"""
_FIGURES = """
    ctdDataUsage ctdSMSUsage ctdVoiceUsage ctdSessionCount monthToDateUsage monthToDateDataUsage monthToDateSMSUsage
    monthToDateVoiceUsage totalDataVolume billableDataVolume totalSMSVolume totalVoiceVolume billableSMSVolume
    billableVoiceVolume eventsUsage totalEvents zone isActiveRatePlan dataUsage dataUsageUnit voiceMTUsage
    voiceMTUsageUnit voiceMOUsage voiceMOUsageUnit smsMTUsage smsMOUsage
"""
_MESSAGES = """
    smsMessageId smsMsgId smsMsgIds smsMessages msgType smsMsgAttemptStatus messageEncoding messageTextEncoding
    dataCoding tpvp
"""
_PAGING = "pageNumber pageSize totalPages lastPage fields errorCode messageId correlationId requestId version build"
# The word that echo gives back is made up for each check.
_ECHO = "echo context"
_SETTINGS = "domain_id protocol time_zone"
_PARTS = """
    devices ratePlans deviceCycleUsageInZones terminals terminal rating iccids smsMessage sessionInfo session
    GetTerminalDetailsRequest GetTerminalDetailsResponse GetModifiedTerminalsRequest GetModifiedTerminalsResponse
    EditTerminalRequest EditTerminalResponse GetTerminalUsageRequest GetTerminalUsageResponse SendSMSRequest
    SendSMSResponse GetSMSDetailsRequest GetSMSDetailsResponse GetModifiedSMSRequest GetModifiedSMSResponse
"""
_PERSONAL = """
    iccid primaryICCID sentToIccid imsi msisdn imei customer endConsumerId accountId deviceID modemID terminalId
    fixedIPAddress fixedIpv6Address ipAddress ipv6Address apn simNotes messageText senderLogin sentFrom sentTo
    licenseKey secureSimId secureSimUsernameCopyRule secureSimPasswordCopyRule operatorName operatorId username
"""
_CUSTOM = [f"{whose}Custom{number}" for whose in ("account", "customer", "operator") for number in range(1, 11)]
_PATHS = """
    rws api v1 devices ctdUsages usageInZone sessionInfo smsMessages rateplans echo ws service terminal billing Sms
"""
_WORDS = """
    iccid imsi msisdn jasper cisco control center centre mb smsc tpvp mt mo com jasperwireless custom overage override
    simstatus rateplan overridemode deviceid modemid customername effectivedate carrier sessions
"""


def _names(*lists: str) -> frozenset[str]:
    return frozenset(name for each in lists for name in each.split())


WIRE = Wire(
    kept=_names(_STATE, _EDITED, _DATES, _FIGURES, _MESSAGES, _PAGING, _ECHO, _SETTINGS),
    named=_names(_PARTS, _PERSONAL, *_CUSTOM, *(f"custom{number}" for number in range(1, 11))),
    prose=_names("errorMessage faultstring error exception message"),
    words=_names(_WORDS),
    # Codes of SOAP and of REST.
    code="[0-9]{5,6}|[1-4]0000[0-9]{3}",
    paths=_names(_PATHS),
    headers=_names("SOAPAction"),
    namespaces=frozenset({SCHEMA}),
    varying=_names("messageId echo since modifiedSince modifiedTill fromDate toDate Username Password licenseKey"),
    unrecorded=unrecorded,
)
