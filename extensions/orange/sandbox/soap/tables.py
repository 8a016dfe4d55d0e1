"""The service's messages by version, from the specification (11.2, 11.3, 11.5): the source of schema and replies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from extensions.core.contract.sandboxing.soap.types import (
    BOOLEAN,
    INT,
    STRING,
    Choice,
    Field,
    Sequence,
    enumeration,
)

from ..changes import CHANGED, ERROR, IN_PROGRESS, NOT_ALLOWED, TERMINATED, WAITING, WORKING
from ..directory import SORTS
from ..model import ASKABLE
from ..problems import ALREADY_RETRIEVED, INVALID_PARAMETER, MALIMA, TOO_MANY, UNKNOWN_TICKET
from ..settings import NEW
from .names import DIRECTORY, EXCEPTION, LIFECYCLE
from .types import DEVICE, MACHINE, MOMENT, POSITION, SUBSCRIPTION, line_identifiers, sim, strings

FLAGS = ("showDeviceInfo", "showIccid", "showImsi", "showStatusReason", "showHierarchyDetail")
SORTS_AT_MOST = 2


def _directory(name: str, *fields: Field | Choice) -> Sequence:
    return Sequence(name, fields, namespace=DIRECTORY)


def _lifecycle(name: str, *fields: Field | Choice) -> Sequence:
    return Sequence(name, fields, namespace=LIFECYCLE)


def _exception(name: str, *fields: Field) -> Sequence:
    return Sequence(name, fields, namespace=EXCEPTION)


@dataclass(frozen=True)
class Tables:
    """Requests and replies of one version."""

    get_request: Sequence
    get_reply: Sequence
    search_request: Sequence
    search_reply: Sequence
    submit_request: Sequence
    submit_reply: Sequence
    result_request: Sequence
    result_reply: Sequence


FAULTS = {
    MALIMA: _exception(MALIMA, *strings("code", "message")),
    TOO_MANY: _exception(TOO_MANY, Field("maxAllowedLineIdentifiersNumber", INT)),
    INVALID_PARAMETER: _exception(INVALID_PARAMETER, *strings("parameter", "message")),
    UNKNOWN_TICKET: _exception(UNKNOWN_TICKET, *strings("ticketNumber")),
    ALREADY_RETRIEVED: _exception(ALREADY_RETRIEVED, *strings("ticketNumber")),
}
CRITERION = _directory(
    *("SearchCriterion", Field("simSerialNumber", STRING, 0), Field("simStatus", STRING, 0, None)),
    *(Field(f"simStatus{what}{end}Date", MOMENT, 0) for what in ("Change", "Refresh") for end in ("Min", "Max")),
    *strings("iccid", "imsi", least=0),
)
SORT = _directory(
    *("SortCriterion", Field("order", enumeration("ASC", "DESC"))), Field("attribute", enumeration(*SORTS))
)


@cache
def tables(version: str) -> Tables:
    lines = line_identifiers(version)
    asked = strings("version", least=0) if version == NEW else ()
    flags = tuple(Field(flag, BOOLEAN, 0) for flag in FLAGS)
    found = (Field("connectivityDirectory", _entry(version), 0, None), Field("unknownLinesIdentifiers", lines, 0))
    which = Choice((Field("lineIdentifiers", lines), Field("imsi", STRING)))
    ranged = (Field("rangeSize", INT), Field("rangeStart", INT, 0), Field("sortCriterion", SORT, 0, SORTS_AT_MOST))
    totals = (Field("resultsNumberExceeded", BOOLEAN), Field("totalResultsNumber", INT))
    return Tables(
        _directory("GetConnectivityDirectory", *asked, which, *flags),
        _directory("GetConnectivityDirectoryResponse", *found),
        _directory("SearchInConnectivityDirectory", *asked, Field("searchCriterion", CRITERION), *ranged, *flags),
        _directory("SearchInConnectivityDirectoryResponse", found[0], *totals),
        *_lifecycle_tables(lines),
    )


def _entry(version: str) -> Sequence:
    return _directory(
        *("ConnectivityDirectory", *strings("customerEnvironmentIdentifier"), *strings("iccid", "imsi", least=0)),
        *(Field("sim", sim(version)), Field("subscription", SUBSCRIPTION)),
        *(Field("device", DEVICE, 0), Field("machine", MACHINE, 0), *strings("hierarchyDetail", least=0)),
        *(Field("geographicPosition", POSITION, 0), *strings("deviceInfoCompatibility", least=0)),
    )


def _lifecycle_tables(lines: Sequence) -> tuple[Sequence, ...]:
    asked = (Field("lineIdentifiers", lines), Field("requestedStatus", enumeration(*ASKABLE)))
    error = _lifecycle(
        *("TaskError", *strings("simSerialNumber")), Field("code", enumeration(IN_PROGRESS, NOT_ALLOWED, CHANGED))
    )
    progress = Field("status", enumeration(WAITING, WORKING, TERMINATED, ERROR))
    return (
        _lifecycle("SubmitUpdateSimStatusRequest", *asked, *strings("testMode", least=0)),
        _lifecycle("SubmitUpdateSimStatusRequestResponse", *strings("ticketNumber")),
        _lifecycle("GetUpdateSimStatusResult", *strings("ticketNumber")),
        _lifecycle("GetUpdateSimStatusResultResponse", progress, Field("taskError", error, 0, None)),
    )
