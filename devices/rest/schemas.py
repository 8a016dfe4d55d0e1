"""JSON schemas of device types and devices: what is sent, checked, answered and described."""

from typing import Any

from devices.models import ID_PATTERN, Device, DeviceType
from devices.rest.names import INFO
from devices.tags.models import LONGEST
from devices.tags.names import MOST_ON_A_DEVICE
from iotdash.lib.rest import schemas
from iotdash.lib.rest.schemas import obj, page_of, ref, register
from iotdash.lib.rest.times import SENT, TIME

ID = {
    "type": "string",
    "pattern": f"^{ID_PATTERN}$",
    "maxLength": 36,
    "x-pattern-words": "an ID: 1 to 36 characters, letters, digits, dot, underscore and hyphen",
    "examples": ["p1"],
}
TYPE_ID = {**ID, "examples": ["pump"]}
TOKEN = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_.!&@?*+()-]{8,36}$",
    "maxLength": 36,
    "x-pattern-words": "a token: 8 to 36 characters, letters, digits and _ . ! & @ ? * + ( ) -",
    "examples": ["NotVerySecret1"],
}
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
TAGS = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": LONGEST},
    "maxItems": MOST_ON_A_DEVICE,
    "examples": [["north", "to replace"]],
}
METADATA = {"type": "object", "description": "A JSON object of your own, at most 64 KB."}
CLASS = {"type": "string", "enum": DeviceType.ClassId.values}
_ALERT = obj({"enabled": FLAG})


def _short(model: type, field: str) -> dict[str, Any]:
    return {"type": "string", "maxLength": model._meta.get_field(field).max_length}


_EXAMPLE_INFO = {
    "serialNumber": "100087",
    "manufacturer": "Acme",
    "model": "W1",
    "deviceClass": "Pump",
    "description": "Booster pump",
    "fwVersion": "1.1.0",
    "hwVersion": "B",
    "descriptiveLocation": "North hall",
}
register("DeviceInfo", obj({name: _short(Device, field) for name, field in INFO.items()}, examples=[_EXAMPLE_INFO]))
register(
    "Location",
    obj(
        {
            "latitude": {"type": "number", "minimum": -90, "maximum": 90},
            "longitude": {"type": "number", "minimum": -180, "maximum": 180},
            "elevation": {"type": "number", "description": "Metres."},
            "accuracy": {"type": "number", "minimum": 0, "description": "Metres."},
            "measuredDateTime": SENT,
            "updatedDateTime": {**SENT, "description": "Set by the server; what is sent is ignored."},
        },
        ("latitude", "longitude"),
        examples=[{"latitude": 51.02, "longitude": -1.39, "elevation": 120.0, "accuracy": 5.0}],
        **{"x-violation": "CUDHT0300I"},
    ),
)
register(
    "LocationOfDevice",
    obj(
        {
            "latitude": {"type": "number"},
            "longitude": {"type": "number"},
            "elevation": {"type": "number"},
            "accuracy": {"type": "number"},
            "measuredDateTime": TIME,
            "updatedDateTime": TIME,
        },
        ("latitude", "longitude", "measuredDateTime", "updatedDateTime"),
    ),
)

_TYPE = {"description": _short(DeviceType, "description"), "deviceInfo": ref("DeviceInfo"), "metadata": METADATA}
_EXAMPLE_TYPE = {
    "id": "pump",
    "classId": "Device",
    "description": "Water pump",
    "deviceInfo": {"manufacturer": "Acme", "model": "W1"},
    "metadata": {"site": "north"},
}
register("NewDeviceType", obj({"id": TYPE_ID, "classId": CLASS, **_TYPE}, ("id",), examples=[_EXAMPLE_TYPE]))
register("DeviceTypeUpdate", obj(_TYPE, examples=[{"description": "Water pump, new series"}]))
register(
    "DeviceType",
    obj(
        {"id": TYPE_ID, "classId": CLASS, **_TYPE, "createdDateTime": TIME, "updatedDateTime": TIME},
        ("id", "classId", "deviceInfo", "metadata", "createdDateTime", "updatedDateTime"),
    ),
)
register("DeviceTypePage", page_of(ref("DeviceType")))

_NEW = {
    "deviceId": ID,
    # Not quoted where it is refused: it may be near to one that is in use.
    "authToken": {**TOKEN, "writeOnly": True},
    "deviceInfo": ref("DeviceInfo"),
    "location": ref("Location"),
    "metadata": METADATA,
}
register(
    "NewDevice",
    obj(
        _NEW,
        ("deviceId",),
        examples=[{"deviceId": "p1", "deviceInfo": {"serialNumber": "100087"}, "metadata": {"site": "north"}}],
    ),
)
register(
    "DeviceUpdate",
    obj(
        {
            "deviceInfo": ref("DeviceInfo"),
            "metadata": {
                **METADATA,
                "description": f"{METADATA['description']} It replaces the former one as a whole.",
            },
            "status": obj({"alert": _ALERT}),
            "extensions": {
                "type": "object",
                "description": "Device configuration, checked as its editor does. It replaces the whole; {} clears it.",
            },
            "tags": {**TAGS, "description": "They replace all that it has; [] takes them away. Case does not differ."},
        },
        examples=[{"deviceInfo": {"fwVersion": "1.1.0"}, "status": {"alert": {"enabled": True}}}],
    ),
)
_REGISTRATION = obj(
    {
        "auth": obj({"id": TEXT, "type": {"type": "string", "enum": Device.RegisteredKind.values}}, ("id", "type")),
        "date": TIME,
    },
    ("auth", "date"),
)
_STATUS = obj({"alert": obj({"enabled": FLAG, "timestamp": TIME}, ("enabled", "timestamp"))}, ("alert",))
_REFS = obj(
    {"location": TEXT, "mgmt": TEXT, "diag": obj({"logs": TEXT, "errorCodes": TEXT}, ("logs", "errorCodes"))},
    ("location", "diag"),
)
_DEVICE = {
    "clientId": {"type": "string", "examples": ["d:abc123:pump:p1"]},
    "id": {"type": "string", "description": "The same as clientId.", "examples": ["d:abc123:pump:p1"]},
    "typeId": TYPE_ID,
    "deviceId": ID,
    "deviceInfo": ref("DeviceInfo"),
    "metadata": METADATA,
    "registration": _REGISTRATION,
    "status": _STATUS,
    "refs": _REFS,
    "location": ref("LocationOfDevice"),
    "extensions": {"type": "object", "description": "In answers about one device that has a configuration."},
    "tags": {**TAGS, "description": "In answers about one device that has tags."},
}
_ALWAYS = ("clientId", "id", "typeId", "deviceId", "deviceInfo", "metadata", "registration", "status", "refs")
register("Device", obj(_DEVICE, _ALWAYS))
register(
    "AddedDevice",
    obj({**_DEVICE, "authToken": {**TOKEN, "description": "Shown here and never again."}}, (*_ALWAYS, "authToken")),
)
register("DevicePage", page_of(ref("Device")))

_NAME = {"typeId": TYPE_ID, "deviceId": ID}
_NAMED = ("typeId", "deviceId")
_SAMPLE = [{"typeId": "pump", "deviceId": "p2"}]
register("DevicesToAdd", {"type": "array", "items": obj({"typeId": TYPE_ID, **_NEW}, _NAMED), "examples": [_SAMPLE]})
register(
    "DevicesAdded",
    {
        "type": "array",
        "items": obj(
            {**_NAME, "success": FLAG, "authToken": TOKEN, "error": ref(schemas.ERROR_NAME)}, (*_NAMED, "success")
        ),
    },
)
register("DevicesToRemove", {"type": "array", "items": obj(_NAME, _NAMED), "examples": [_SAMPLE]})
register("DevicesRemoved", {"type": "array", "items": obj({**_NAME, "success": FLAG}, (*_NAMED, "success"))})
