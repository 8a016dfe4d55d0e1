"""What a person may set in a sandbox: a frozen dataclass, kept on disk by field."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from .problems import Unusable, number_in

T = TypeVar("T")
TABLE = "create table if not exists settings (name primary key, value)"
Check = Callable[[str, object], object]


def changed(settings: T, values: Mapping[str, Any], check: Check) -> T:
    """Settings with `values` put in, each as `check(name, value)` gives it. Unusable, for what cannot be."""
    unknown = sorted(set(values) - {f.name for f in fields(settings)})
    if unknown:
        raise Unusable(f"There is no setting called {unknown[0]}.")
    return replace(settings, **{name: check(name, value) for name, value in values.items()})


def stored(db: sqlite3.Connection) -> dict[str, Any]:
    return {row["name"]: json.loads(row["value"]) for row in db.execute("select name, value from settings")}


def save(db: sqlite3.Connection, settings: Any) -> None:
    rows = [(name, json.dumps(value)) for name, value in asdict(settings).items()]
    db.executemany("insert or replace into settings values (?, ?)", rows)


def like(usual: object, name: str, value: object) -> object:
    """The value as what the usual one is: a switch or a number."""
    return switch(name, value) if isinstance(usual, bool) else number_in(name, value, type(usual))


def switch(name: str, value: object) -> bool:
    if str(value).lower() not in ("yes", "no", "true", "false"):
        raise Unusable(f"{name} is yes or no.")
    return str(value).lower() in ("yes", "true")


def one_of(name: str, value: object, choices: tuple[str, ...]) -> object:
    if value not in choices:
        raise Unusable(f"{name} is one of {', '.join(choices)}.")
    return value
