"""The database of an installation: SQLite in a file, or what DATABASE_URL names."""

from pathlib import Path
from typing import Any

from environ import Env

# A server that does not answer is noticed before the visitor gives up.
_POSTGRESQL = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "OPTIONS": {"connect_timeout": 5}}
_SQLITE = {
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        # IMMEDIATE: a transaction that will write waits for its turn instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    },
}


def database(env: Env, folder: Path) -> dict[str, Any]:
    """For DATABASES; the file stands in `folder`."""
    if "DATABASE_URL" not in env.ENVIRON:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "iotdash.sqlite3", **_SQLITE}
    given = env.db("DATABASE_URL")
    own = _SQLITE if given["ENGINE"].endswith("sqlite3") else _POSTGRESQL
    return {**given, **own, "OPTIONS": own["OPTIONS"] | given.get("OPTIONS", {})}
