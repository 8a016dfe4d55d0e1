"""A program of the original platform's days: it knows IBM's client alone, and prints what came of each step as JSON.

Runs in the client's own environment, which has nothing of ours.
"""

import datetime
import json
import sys

import wiotp.sdk.application
from wiotp.sdk.exceptions import ApiException

COUNT = 60


def refused(call, *args, **kwargs):
    """Status and id of the error that a call is answered with."""
    try:
        call(*args, **kwargs)
    except ApiException as error:
        return [error.response.status_code, error.id]
    return None


def types(registry):
    made = registry.devicetypes.create(
        {
            "id": "valve",
            "description": "Water valve",
            "deviceInfo": {"manufacturer": "Acme", "model": "V1"},
            "metadata": {"site": "north"},
        }
    )
    changed = registry.devicetypes.update("valve", description="Valve of the north")
    return {
        "made": [made.id, made.description, made.classId, made.metadata, made.deviceInfo.manufacturer],
        "changed": changed.description,
        "there": ["valve" in registry.devicetypes, "nothing" in registry.devicetypes],
        "listed": sorted(each.id for each in registry.devicetypes),
        "again": refused(registry.devicetypes.create, {"id": "valve"}),
    }


def devices(registry):
    one = registry.devices.create({"typeId": "valve", "deviceId": "v-first", "authToken": None, "metadata": None})
    many = registry.devices.create([{"typeId": "valve", "deviceId": f"v{n:03d}"} for n in range(COUNT)])
    found = registry.devices[CLIENT_ID.format("v-first")]
    changed = registry.devices.update(
        {"typeId": "valve", "deviceId": "v-first"}, metadata={"shift": "night"}, deviceInfo={"serialNumber": "10087"}
    )
    return {
        "one": [one.typeId, one.deviceId, one.success, len(one.authToken) >= 8],
        "many": [len(many), all(each.success for each in many), len({each.authToken for each in many})],
        "found": [found.clientId, found.typeId, found.deviceId, found.deviceInfo.manufacturer, found.metadata],
        "changed": [changed.deviceInfo.serialNumber, changed.deviceInfo.manufacturer, changed.metadata],
        "of_type": [each.deviceId for each in registry.devicetypes["valve"].devices],
        "of_all": [each.deviceId for each in registry.devices if each.typeId == "valve"],
        "there": [CLIENT_ID.format("v-first") in registry.devices, CLIENT_ID.format("nothing") in registry.devices],
        "twice": [each.success for each in registry.devices.create([{"typeId": "valve", "deviceId": "v000"}])],
    }


def location(registry):
    device = registry.devices[CLIENT_ID.format("v-first")]
    before = device.getLocation()
    device.setLocation({"latitude": 51.02, "longitude": -1.39, "elevation": 120, "accuracy": 5})
    after = device.getLocation()
    return {
        "before": before,
        "after": [
            after.latitude,
            after.longitude,
            after.measuredDateTime is not None,
            after.updatedDateTime is not None,
        ],
        "wrong": refused(device.setLocation, {"latitude": 91, "longitude": 0}),
        "managed": device.getMgmt(),
    }


def diagnostics(registry):
    device = registry.devices[CLIENT_ID.format("v-first")]
    now = datetime.datetime(2026, 3, 1, 9, 0, 0)  # noqa: DTZ001  programs of old send no zone
    device.diagLogs.append(message="pressure is low", severity=1, data="AAEC", timestamp=now)
    device.diagLogs.append(message="pressure is right", severity=0, data="", timestamp=now)
    device.diagErrorCodes.append(errorCode=17, timestamp=now)
    logs = [[each.message, each.severity, each.timestamp.isoformat()] for each in device.diagLogs]
    found = {
        "logs": logs,
        "length": [len(device.diagLogs), len(device.diagErrorCodes)],
        "code": [device.diagErrorCodes[0].errorCode, device.diagErrorCodes[0].timestamp.isoformat()],
        "wrong": refused(device.diagLogs.append, message="x", severity=9, data="", timestamp=now),
    }
    device.diagLogs.clear()
    device.diagErrorCodes.clear()
    return {**found, "cleared": [len(device.diagLogs), len(device.diagErrorCodes)]}


def connections(client):
    states = client.registry.connectionStatus
    device = client.registry.devices[CLIENT_ID.format("v-first")]
    return {
        "states": list(states.find(connectionStatus="connected")),
        "unknown": CLIENT_ID.format("nothing") in states,
        "log": device.getConnectionLogs(),
        "event": refused(client.lec.get, {"typeId": "valve", "deviceId": "v-first"}, "status"),
        "events": client.lec.getAll({"typeId": "valve", "deviceId": "v-first"}),
    }


def organization(client):
    status = client.serviceStatus()
    end = datetime.date(2026, 3, 2)
    usage = client.usage.dataTransfer(start=datetime.date(2026, 3, 1), end=end, detail=True)
    return {
        "status": [status.region, status.dashboard, status.messaging, status.thirdParty],
        "usage": [usage.start.isoformat(), usage.end.isoformat(), usage.average, usage.total, len(usage.days)],
        "short": len(client.usage.dataTransfer(start=end, end=end).days),
    }


def removal(registry):
    rest = [{"typeId": "valve", "deviceId": f"v{n:03d}"} for n in range(COUNT)]
    in_use = refused(registry.devicetypes.delete, "valve")
    removed = registry.devices.delete(rest)
    del registry.devices[CLIENT_ID.format("v-first")]
    registry.devicetypes.delete("valve")
    return {
        "in_use": in_use,
        "removed": [len(removed), all(each["success"] for each in removed)],
        "gone": "valve" in registry.devicetypes,
    }


config = wiotp.sdk.application.parseEnvVars()
CLIENT_ID = f"d:{config['auth']['key'].split('-')[1]}:valve:{{}}"
client = wiotp.sdk.application.ApplicationClient(config)
json.dump(
    {
        "types": types(client.registry),
        "devices": devices(client.registry),
        "location": location(client.registry),
        "diagnostics": diagnostics(client.registry),
        "connections": connections(client),
        "organization": organization(client),
        "removal": removal(client.registry),
    },
    sys.stdout,
    default=str,
)
