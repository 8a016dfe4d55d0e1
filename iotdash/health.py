"""`/healthz`: is all of it up? `/readyz`: can this web process serve? Neither minds host names or sessions.

Apps may add a part with `register_probe(name, probe)` from AppConfig.ready(). A probe is cheap, returns ""
when the part is up, and otherwise a sentence without secrets. `/healthz` is "degraded" and still answers 200 when only
parts fail that restarting would not mend and that most work goes on without.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache as shared_cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from kombu.exceptions import OperationalError

from extensions.core.services import readability
from iotdash.celery import app
from iotdash.lib.key_doctor import watch
from iotdash.runtime.models import Heartbeat

Probe = Callable[[], str]
SWEEP_SILENCE = timedelta(seconds=60)


def redis_errors() -> tuple[type[Exception], ...]:
    """Redis' client takes 20 MB of every process that imports it, so only installations with a Redis do."""
    if not settings.REDIS_URL:
        return ()
    from redis.exceptions import RedisError

    return (RedisError,)


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return "The database does not answer."
    return ""


def cache_store() -> str:
    try:
        shared_cache.get("healthz")
    except (DatabaseError, OSError, *redis_errors()):
        return "The cache does not answer."
    return ""


def broker() -> str:
    try:
        with app.connection_for_write(connect_timeout=2) as link:
            link.ensure_connection(max_retries=1, interval_start=0)
    except (OperationalError, OSError, *redis_errors()):
        return "The broker does not answer."
    return ""


def sweep() -> str:
    """The sweep's heartbeat: proves that beat, broker and a worker are at work."""
    try:
        at = Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()
    except DatabaseError:
        return "The sweep's heartbeat cannot be read."
    if at is None:
        return "The sweep has not run yet: are worker and beat started?"
    if timezone.now() - at > SWEEP_SILENCE:
        return f"The sweep was last seen at {at:%Y-%m-%d %H:%M:%S} UTC: are worker and beat running?"
    return ""


def keys() -> str:
    """Whether what is stored can be read with the keys of this process, and with those of the worker."""
    report = watch.refreshed()
    if report and report.unreadable:
        return " ".join(report.sentences)
    try:
        return readability.sentence()
    except DatabaseError:
        return "The database does not answer."


_probes: dict[str, Probe] = {
    "database": database,
    "cache": cache_store,
    "broker": broker,
    "sweep": sweep,
    "keys": keys,
}
_NOT_VITAL = {"keys"}


def register_probe(name: str, probe: Probe) -> None:
    """Called from AppConfig.ready()."""
    _probes[name] = probe


def migrations() -> str:
    global _migrated
    try:
        _migrated = _migrated or not _pending_migrations()
    except DatabaseError:
        return "The database does not answer."
    return "" if _migrated else "Migrations are not applied: run manage.py migrate."


# Applied migrations stay applied while this process lives, and reading them all is slow.
_migrated = False


def _pending_migrations() -> list:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def healthz(request: HttpRequest) -> JsonResponse:
    return _report(_probes)


def readyz(request: HttpRequest) -> JsonResponse:
    return _report({"database": database, "migrations": migrations})


def _report(probes: dict[str, Probe]) -> JsonResponse:
    parts = {name: probe() or "up" for name, probe in probes.items()}
    down = {name for name, state in parts.items() if state != "up"}
    status = "not up" if down - _NOT_VITAL else "degraded" if down else "up"
    code = 503 if status == "not up" else 200
    return JsonResponse({"status": status, "parts": parts}, status=code, headers={"Cache-Control": "no-store"})


class HealthMiddleware:
    """Comes first: a probe knows neither our host names nor that we want HTTPS."""

    pages = {"/healthz": healthz, "/readyz": readyz}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        page = self.pages.get(request.path) if request.method in ("GET", "HEAD") else None
        return page(request) if page else self.get_response(request)
