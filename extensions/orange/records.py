"""An entry of Orange's directory as a normalised record; what is missing is unknown."""

import math

from extensions.core.contract import xml_documents
from extensions.orange.dates import instant
from extensions.orange.serial_numbers import is_serial_number
from extensions.sims.contract import LocationStatus, Part, SimRecord, SimState

Node = xml_documents.Node

LISTED = frozenset({Part.STATE})
WHOLE = frozenset({Part.STATE, Part.DETAILS})
# Fields that these records ever fill.
TOLD = frozenset(
    {
        *("state", "state_changed_at", "state_refreshed_at", "requested_state", "state_requested_at", "iccid"),
        *("location_status", "located_at", "location_accuracy", "latitude", "longitude"),
    }
)
_STATES = {
    "PRE_ACTIVATED": SimState.PRE_ACTIVATED,
    "ACTIVATED_FOR_TEST": SimState.ACTIVATED_FOR_TEST,
    "SLEEPING": SimState.SLEEPING,
    "ACTIVATED": SimState.ACTIVATED,
    "SUSPENDED": SimState.SUSPENDED,
    "CANCELLED": SimState.CANCELLED,
}
# Namespaces differ between the parts of an entry, and one end is common to all.
_MALIMA = ".malima.francetelecom.com"
_METRES = {"": "m", "M": "m", "METER": "m", "METERS": "m", "METRE": "m", "METRES": "m", "KM": "km", "KILOMETER": "km"}


def serial_number(entry: Node) -> str:
    """Empty if the entry does not say which SIM it is about."""
    number = (_text(entry, "sim", "serialNumber") or "").strip()
    return number if is_serial_number(number) else ""


def sim_record(entry: Node, *, whole: bool) -> SimRecord:
    """From one `connectivityDirectory`; `whole` if its device information was asked for, too."""
    return SimRecord(
        subject=serial_number(entry),
        state=_state(entry, "status"),
        state_changed_at=instant(_text(entry, "sim", "lastStatusChangeDate")),
        state_refreshed_at=instant(_text(entry, "sim", "lastStatusRefreshDate")),
        requested_state=_state(entry, "requestedStatus"),
        state_requested_at=instant(_text(entry, "sim", "statusChangeRequestDate")),
        parts=WHOLE if whole else LISTED,
        **(_details(entry) if whole else {}),
    )


def state_name(word: str) -> str:
    """The name for a word of the wire; a word that is not known is shown as it is."""
    state = _STATES.get(word.upper())
    return state.value if state else word


def _details(entry: Node) -> dict[str, object]:
    position = _child(entry, "geographicPosition")
    place = position and _place(position)
    status = LocationStatus.LOCATED if place else without_position(_text(entry, "deviceInfoCompatibility") or "")
    return {"iccid": _text(entry, "iccid"), "location_status": status.value, **(place or {})}


def _place(position: Node) -> dict[str, object] | None:
    """None where it does not say where."""
    latitude, longitude = _degrees(position, "latitude", 90), _degrees(position, "longitude", 180)
    if latitude is None or longitude is None:
        return None
    return {
        "latitude": latitude,
        "longitude": longitude,
        "located_at": instant(_text(position, "lastGeolocDate")),
        "location_accuracy": _accuracy(position),
    }


def without_position(flags: str) -> LocationStatus:
    """`flags`: whether the state allows to ask where the SIM is, whether the SIM can be asked, and something else."""
    if flags[:2] == "11":
        return LocationStatus.NOT_YET
    if flags[:2] == "01":
        return LocationStatus.NOT_IN_THIS_STATE
    return LocationStatus.NOT_SUPPORTED if flags[1:2] == "0" else LocationStatus.UNKNOWN


def _accuracy(position: Node) -> str | None:
    value, unit = _text(position, "accuracy", "value"), _text(position, "accuracy", "unit") or ""
    return value and f"{value} {_METRES.get(unit.upper(), unit)}"


def _degrees(position: Node, name: str, most: int) -> float | None:
    try:
        degrees = float(_text(position, name) or "")
    except ValueError:
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= most else None


def _state(entry: Node, name: str) -> str | None:
    word = _text(entry, "sim", name)
    return state_name(word) if word else None


def _text(node: Node, *path: str) -> str | None:
    """The text at the end of a path of names, without the space around it; None where there is none."""
    *parents, last = path
    for name in parents:
        node = _child(node, name)
        if node is None:
            return None
    found = _child(node, last)
    text = found and node.value(last, found.namespace)
    return text.strip() or None if text else None


def _child(node: Node, name: str) -> Node | None:
    named = (child for child in node.children if child.name == name and child.namespace.endswith(_MALIMA))
    return next(named, None)
