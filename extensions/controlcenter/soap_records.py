"""Answers of Control Center SOAP as normalised records: missing and `xsi:nil` are unknown and never 0."""

import math
import re
from datetime import date
from fractions import Fraction

from extensions.controlcenter.dates import cycle_start, instant
from extensions.controlcenter.normalise import text
from extensions.controlcenter.states import state_name, wire_word
from extensions.core.contract import BadResponse
from extensions.sims.contract import SimRecord, UsageRecord
from iotdash.lib.xml_documents import Node

BYTES_PER_MB = 1_048_576

_STATE_SUFFIX = re.compile("_NAME$", re.IGNORECASE)
_DECIMAL = re.compile(r"\+?(?:[0-9]{1,18}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# A SIM with a figure as large as this is not a SIM.
_TOO_LARGE = 10**18
_HALF = Fraction(1, 2)


def sim_record(terminal: Node) -> SimRecord:
    """From one `terminal` that has an `iccid`."""
    data = terminal.value("monthToDateDataUsage") or terminal.value("monthToDateUsage")
    return SimRecord(
        subject=iccid_of(terminal),
        state=state_label(text(terminal.value("status"))),
        rate_plan=text(terminal.value("ratePlan")),
        ctd_data_bytes=data_bytes(data),
        ctd_sms=count(terminal.value("monthToDateSMSUsage")),
        ctd_voice_seconds=count(terminal.value("monthToDateVoiceUsage")),
        overage_limit_reached=_boolean(terminal.value("overageLimitReached")),
        overage_limit_override=text(terminal.value("overageLimitOverride")),
        added_at=instant(terminal.value("dateAdded")),
        modified_at=instant(terminal.value("dateModified")),
        activated_at=instant(terminal.value("dateActivated")),
        imsi=text(terminal.value("imsi")),
        msisdn=text(terminal.attributes.get("msisdn")),
        imei=text(terminal.value("imei")),
        carrier_account=text(terminal.value("accountId")),
        carrier_device_id=text(terminal.value("terminalId")),
    )


def usage_record(reply: Node, *, asked: date) -> UsageRecord:
    """From GetTerminalUsage, which knows completed cycles only.

    Its `billable` is false while the cycle is not invoiced; the billable figures are given then too.
    """
    plan = text(reply.value("ratePlan"))
    return UsageRecord(
        subject=iccid_of(reply),
        cycle_start=cycle_start(reply.value("cycleStartDate"), asked=asked) or asked,
        total_data_bytes=data_bytes(reply.value("totalDataVolume")),
        total_sms=count(reply.value("totalSMSVolume")),
        total_voice_seconds=count(reply.value("totalVoiceVolume")),
        billable_available=True,
        billable_data_bytes=data_bytes(reply.value("billableDataVolume")),
        billable_sms=count(reply.value("billableSMSVolume")),
        billable_voice_seconds=count(reply.value("billableVoiceVolume")),
        invoiced=_boolean(reply.value("billable")),
        rate_plans=(plan,) if plan else (),
        closed=True,
    )


def iccid_of(node: Node) -> str:
    """Raises BadResponse where there is none."""
    found = (node.value("iccid") or "").strip()
    if not found:
        raise BadResponse("Control Center did not say which SIM its answer is about. Try again later.")
    return found


def data_bytes(megabytes: str | None) -> int | None:
    """A decimal number of MB as bytes, exactly, a half rounded up."""
    return _whole(megabytes, BYTES_PER_MB)


def count(amount: str | None) -> int | None:
    """A decimal number as a whole one, a half rounded up."""
    return _whole(amount, 1)


def state_label(word: str | None) -> str | None:
    """The name for `ACTIVATED_NAME`; a word that is not known is shown as it is."""
    if word is None:
        return None
    bare = _STATE_SUFFIX.sub("", word.strip())
    name = state_name(bare)
    return word if name == bare else name


def state_word(name: str) -> str:
    """The word for a name; KeyError for a name that is none."""
    return f"{wire_word(name)}_NAME"


def _whole(amount: str | None, factor: int) -> int | None:
    digits = (amount or "").strip()
    if not _DECIMAL.fullmatch(digits):
        return None
    # Fractions are exact whatever the number of digits; floats and decimals of a fixed precision drift.
    whole = math.floor(Fraction(digits) * factor + _HALF)
    return whole if whole < _TOO_LARGE else None


def _boolean(word: str | None) -> bool | None:
    return _BOOLEANS.get((word or "").strip())
