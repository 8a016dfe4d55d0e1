"""Log set-up that keeps secrets out.

Secrets stay out by three rules: only the extra fields in FIELDS reach a record's output, credentials in a
message or a traceback are blanked, and urllib3's own lines (whole URLs) are off below warnings.
"""

import contextlib
import contextvars
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from pythonjsonlogger.json import JsonFormatter

# What a log line may carry beside its message: identifiers and figures, never content.
FIELDS = (
    "request_id",
    "organization",
    "user_id",
    "configuration_id",
    "device_id",
    "job_id",
    "operation_id",
    "extension",
    "task",
    "method",
    "path",
    "status",
    "status_code",
    "seconds",
    "count",
)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NAMES = r"pass(?:word|wd)?|secret|token|api[_-]?key|access[_-]?key|licen[cs]e[_-]?key|sessionid|csrf\w*"
_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s,;&}"']+)"""
# What Django signs for a link, and what it makes to reset a password: they stand in paths.
_SIGNED = (
    (re.compile(r"(?<![\w-])[\w-]+(?:(?::|%3A)[\w-]+){0,2}(?::|%3A)[\w-]{43}(?![\w-])"), "***"),
    (re.compile(r"\b[0-9a-z]{4,13}-[0-9a-f]{32}\b"), "***"),
)
_BLANKED = (
    (re.compile(r"(?i)\b(basic|bearer)\s+[\w.~+/=-]{6,}"), r"\1 ***"),
    (
        re.compile(rf"(?i)(\b[\w-]*(?:{_NAMES})\b[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&}}\"']+)"),
        r"\1***",
    ),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@]+@"), r"\1***@"),
    # Addresses of inbound hooks, which only the service and administrators know.
    (re.compile(r"(/hooks/[0-9]+-)[0-9a-f]{8,}"), r"\1***"),
    *_SIGNED,
)
_context: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("log_context", default=None)


def logging_config(json: bool, level: str = "INFO") -> dict[str, Any]:
    """For settings.LOGGING. `json` writes one object per line, else plain lines."""
    formatter = "iotdash.lib.logging.JsonLines" if json else "iotdash.lib.logging.PlainLines"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"fields": {"()": "iotdash.lib.logging.FieldFilter"}},
        "formatters": {"lines": {"()": formatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["fields"], "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "urllib3": {"level": "WARNING"},
        },
    }


@contextlib.contextmanager
def log_context(**fields: Any) -> Iterator[None]:
    """Put `fields` (names from FIELDS) on every record made inside."""
    token = _context.set({**(_context.get() or {}), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def redact(text: str) -> str:
    """`text` with credentials blanked."""
    return _blanked(text, _BLANKED)


def redact_links(text: str) -> str:
    """`text` with what makes a link a secret blanked: somebody else's words that may quote one."""
    return _blanked(text, _SIGNED)


def _blanked(text: str, patterns: Iterable[tuple[re.Pattern[str], str]]) -> str:
    for pattern, blank in patterns:
        text = pattern.sub(blank, text)
    return text


class FieldFilter(logging.Filter):
    """Adds the context and drops every extra field that is not in FIELDS."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name in set(vars(record)) - _STANDARD - set(FIELDS):
            delattr(record, name)
        for name, value in (_context.get() or {}).items():
            if name in FIELDS and not hasattr(record, name):
                setattr(record, name, value)
        return True


class PlainLines(logging.Formatter):
    """`2026-11-23 02:48:05,123 INFO name message`, then the fields that are set."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        fields = [f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name)]
        return " ".join([super().formatMessage(record), *fields])

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonLines(JsonFormatter):
    """One JSON object per line: time, level, logger, message, fields, traceback."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s", timestamp=True, rename_fields={"levelname": "level"})

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: redact(value) if isinstance(value, str) else value for name, value in log_data.items()}


class RequestIdMiddleware:
    """Gives each request an id: `request.id`, the header X-Request-ID of the answer, the field request_id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = secrets.token_hex(8)
        with log_context(request_id=request.id):
            response = self.get_response(request)
        response["X-Request-ID"] = request.id
        return response
