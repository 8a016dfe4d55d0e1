"""Types that several messages share. Moments are written in the time of Paris, as the service writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from extensions.core.contract.sandboxing.soap.types import (
    DATE_TIME,
    STRING,
    Choice,
    Field,
    Sequence,
    enumeration,
)

from ..model import PARIS, STATUSES
from ..settings import NEW
from .names import COMMON


def _in_paris(moment: datetime) -> str:
    return moment.astimezone(PARIS).isoformat(timespec="milliseconds")


MOMENT = replace(DATE_TIME, write=_in_paris)
_KINDS = (
    *("simSerialNumber", "subscriptionNumber", "deviceImei", "deviceSerialNumber", "deviceUniqueId"),
    "machineSerialNumber",
)
NUMBER_KINDS = ("msisdnVoice", "msisdnData", "msisdnFax")


def strings(*names: str, least: int = 1) -> tuple[Field, ...]:
    return tuple(Field(name, STRING, least) for name in names)


def common(name: str, *fields: Field | Choice) -> Sequence:
    return Sequence(name, fields, namespace=COMMON)


MSISDN = common("Msisdn", *strings("cc", "sn"))
SUBSCRIPTION = common("Subscription", *strings("identifier"), *(Field(kind, MSISDN, 0) for kind in NUMBER_KINDS))
DEVICE = common("Device", *strings("imei", "serialNumber", "uniqueId", least=0))
MACHINE = common("Machine", *strings("serialNumber"))
ACCURACY = common("Accuracy", *strings("value", "unit"))
POSITION = common(
    *("GeographicPosition", *strings("latitude", "longitude"), Field("lastGeolocDate", MOMENT)),
    Field("accuracy", ACCURACY, 0),
)


def line_identifiers(version: str) -> Sequence:
    """Identifiers of lines, all of one kind. Version 1.18 knows ICCIDs."""
    kinds = [*_KINDS, *(["iccid"] if version == NEW else [])]
    plain = [Field(kind, STRING, 1, None) for kind in kinds]
    numbers = [Field(kind, MSISDN, 1, None) for kind in NUMBER_KINDS]
    return common("LineIdentifiers", Choice((*plain, *numbers)))


def sim(version: str) -> Sequence:
    """Version 1.18 has the reason after the status, and any text as a status."""
    newer = version == NEW
    status = Field("status", STRING if newer else enumeration(*STATUSES))
    return common(
        *("Sim", *strings("serialNumber"), status),
        *strings(*(["statusReason"] if newer else []), "suspensionReason", least=0),
        *(Field("lastStatusRefreshDate", MOMENT), Field("lastStatusChangeDate", MOMENT)),
        *(*strings("requestedStatus", least=0), Field("statusChangeRequestDate", MOMENT, 0)),
        *strings("puk1", "puk2"),
    )
