"""Log entries and error codes of a device."""

import datetime as dt
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import Device, DiagnosticErrorCode, DiagnosticLog, Severity
from devices.queries import newest
from devices.rest.lookup import device_or_404
from devices.services import diagnostics
from iotdash.lib.rest import problems, times
from iotdash.lib.rest.operations import operation
from iotdash.lib.rest.schemas import obj, ref, register
from iotdash.lib.rest.times import SENT, TIME, instant
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import EDIT_DEVICES, SEE

_SEVERITY = {
    "type": "integer",
    "minimum": min(Severity),
    "maximum": max(Severity),
    "description": "0 information, 1 warning, 2 error.",
}
_LOG = {"message": {"type": "string", "minLength": 1}, "severity": _SEVERITY, "data": {"type": "string"}}
_CODE = {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}
_ID = {"type": "string", "format": "uuid"}
_NAMED = {"typeId": {"type": "string"}, "deviceId": {"type": "string"}}
register("NewLogEntry", obj({**_LOG, "timestamp": SENT}, ("message",), examples=[{"message": "Valve stuck"}]))
register(
    "LogEntry",
    obj(
        {"id": _ID, **_NAMED, **_LOG, "timestamp": TIME},
        ("id", "typeId", "deviceId", "message", "severity", "data", "timestamp"),
    ),
)
register("LogEntries", {"type": "array", "items": ref("LogEntry")})
register("NewErrorCode", obj({"errorCode": _CODE, "timestamp": SENT}, ("errorCode",), examples=[{"errorCode": 100}]))
register("ErrorCode", obj({"errorCode": _CODE, "timestamp": TIME}, ("errorCode", "timestamp")))
register("ErrorCodes", {"type": "array", "items": ref("ErrorCode")})


class Logs(OrganizationRestView):
    section = "Diagnostics of a device"

    @operation(SEE, "Log entries, newest first", name="listLogEntries", answers={200: "LogEntries"})
    def get(self, request: Request, type_id: str, device_id: str) -> Response:
        device = device_or_404(self.organization, type_id, device_id)
        return Response([_log(entry, device) for entry in newest(device.diagnosticlogs.all())])

    @operation(
        EDIT_DEVICES,
        "Add a log entry. A device keeps 500 KB of them for 7 days; the oldest go first.",
        name="addLogEntry",
        body="NewLogEntry",
        answers={201: "LogEntry"},
    )
    def post(self, request: Request, type_id: str, device_id: str) -> Response:
        device = device_or_404(self.organization, type_id, device_id)
        entry = diagnostics.add_log(
            device,
            self.source,
            message=self.given["message"],
            severity=int(self.given.get("severity", Severity.INFORMATION)),
            attachment=self.given.get("data", ""),
            happened_at=_moment(self.given),
        )
        return Response(_log(entry, device), status=201)

    @operation(EDIT_DEVICES, "Delete all log entries", name="clearLogEntries", answers={204: None})
    def delete(self, request: Request, type_id: str, device_id: str) -> Response:
        diagnostics.clear_logs(device_or_404(self.organization, type_id, device_id), self.source)
        return Response(status=204)


class LogView(OrganizationRestView):
    section = "Diagnostics of a device"

    @operation(SEE, "A log entry", name="getLogEntry", answers={200: "LogEntry"})
    def get(self, request: Request, type_id: str, device_id: str, log_id: str) -> Response:
        device = device_or_404(self.organization, type_id, device_id)
        return Response(_log(_entry(device, log_id), device))

    @operation(EDIT_DEVICES, "Delete a log entry", name="deleteLogEntry", answers={204: None})
    def delete(self, request: Request, type_id: str, device_id: str, log_id: str) -> Response:
        device = device_or_404(self.organization, type_id, device_id)
        diagnostics.delete_log(device, _entry(device, log_id), self.source)
        return Response(status=204)


class ErrorCodes(OrganizationRestView):
    section = "Diagnostics of a device"

    @operation(SEE, "Error codes, newest first", name="listErrorCodes", answers={200: "ErrorCodes"})
    def get(self, request: Request, type_id: str, device_id: str) -> Response:
        device = device_or_404(self.organization, type_id, device_id)
        return Response([_code(entry) for entry in newest(device.diagnosticerrorcodes.all())])

    @operation(
        EDIT_DEVICES,
        "Add an error code. A device keeps a thousand of them for 7 days.",
        name="addErrorCode",
        body="NewErrorCode",
        answers={201: "ErrorCode"},
    )
    def post(self, request: Request, type_id: str, device_id: str) -> Response:
        device = device_or_404(self.organization, type_id, device_id)
        # 100.0 is a whole number as well, and is answered as one.
        code, happened_at = int(self.given["errorCode"]), _moment(self.given)
        entry = diagnostics.add_error_code(device, self.source, error_code=code, happened_at=happened_at)
        return Response(_code(entry), status=201)

    @operation(EDIT_DEVICES, "Delete all error codes", name="clearErrorCodes", answers={204: None})
    def delete(self, request: Request, type_id: str, device_id: str) -> Response:
        diagnostics.clear_error_codes(device_or_404(self.organization, type_id, device_id), self.source)
        return Response(status=204)


def _moment(given: dict[str, Any]) -> dt.datetime | None:
    return times.moment(given["timestamp"], "timestamp") if "timestamp" in given else None


def _entry(device: Device, log_id: str) -> DiagnosticLog:
    try:
        return device.diagnosticlogs.get(public_id=UUID(log_id))
    except (ValueError, DiagnosticLog.DoesNotExist):
        raise problems.not_found(f"The device has no log entry {log_id}.", log_id) from None


def _log(entry: DiagnosticLog, device: Device) -> dict[str, Any]:
    return {
        "id": str(entry.public_id),
        "typeId": device.type_name,
        "deviceId": device.device_id,
        "message": entry.message,
        "severity": entry.severity,
        "data": entry.attachment,
        "timestamp": instant(entry.happened_at),
    }


def _code(entry: DiagnosticErrorCode) -> dict[str, Any]:
    return {"errorCode": entry.error_code, "timestamp": instant(entry.happened_at)}
