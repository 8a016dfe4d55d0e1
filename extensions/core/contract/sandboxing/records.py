"""Frozen dataclasses in and out of SQLite: one table per class, one column per field."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")
Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def stamp(moment: datetime) -> str:
    """A datetime as text that sorts by time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def unstamp(text: str) -> datetime:
    return datetime.fromisoformat(text)


def encode(value: object) -> object:
    """A value as SQLite stores it."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping | tuple | list):
        return json.dumps(value)
    return value


def _needs_encoding(annotation: str) -> bool:
    return annotation.startswith(("date", "tuple", "Mapping"))


def _decoder(annotation: str) -> Callable[[Any], Any] | None:
    if annotation.startswith("datetime"):
        return unstamp
    if annotation.startswith("date"):
        return date.fromisoformat
    if annotation.startswith("tuple"):
        return lambda text: tuple(json.loads(text))
    if annotation.startswith("Mapping"):
        return json.loads
    return bool if annotation == "bool" else None


@cache
def columns(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


@cache
def _encoded(kind: type) -> tuple[int, ...]:
    """The places of the fields that SQLite does not take as they are."""
    return tuple(n for n, f in enumerate(fields(kind)) if _needs_encoding(str(f.type)))


@cache
def _decoders(kind: type) -> dict[str, Callable[[Any], Any]]:
    found = {f.name: _decoder(str(f.type)) for f in fields(kind)}
    return {name: decoder for name, decoder in found.items() if decoder}


def create_table(kind: type, table: str, key: str) -> str:
    """The statement that makes the table of a dataclass; `key` is its primary key."""
    names = (f"{name} integer" if key == "id" == name else name for name in columns(kind))
    return f"create table if not exists {table} ({', '.join(names)}, primary key ({key}))"


def insert(db: sqlite3.Connection, table: str, records: Iterable[object], kind: type) -> None:
    """Writes records of `kind`, replacing those with the same key. Quick for 100,000 of them."""
    names, values = columns(kind), attrgetter(*columns(kind))
    marks = ", ".join("?" * len(names))
    statement = f"insert or replace into {table} ({', '.join(names)}) values ({marks})"  # noqa: S608
    db.executemany(statement, (_row(values(record), _encoded(kind)) for record in records))


def update(db: sqlite3.Connection, table: str, key: tuple[str, Any], values: Mapping[str, Any]) -> None:
    """Sets columns of the row whose column `key[0]` is `key[1]`. Names are fields, never a call's."""
    sets = ", ".join(f"{name} = ?" for name in values)
    statement = f"update {table} set {sets} where {key[0]} = ?"  # noqa: S608
    db.execute(statement, [*map(encode, values.values()), key[1]])


def _row(values: tuple[Any, ...], encoded: tuple[int, ...]) -> list[Any]:
    row = list(values)
    for place in encoded:
        row[place] = encode(row[place])
    return row


def load(kind: type[T], row: sqlite3.Row) -> T:
    """A row as its dataclass; null stays None."""
    values = {name: row[name] for name in columns(kind)}
    for name, decoder in _decoders(kind).items():
        if values[name] is not None:
            values[name] = decoder(values[name])
    return kind(**values)
