"""API users, and what proves them."""

from __future__ import annotations

import hmac
import sqlite3
from uuid import uuid4

from extensions.core.contract.sandboxing.problems import Unusable
from extensions.core.contract.sandboxing.records import load, update

from .model import Account


def find(db: sqlite3.Connection, username: str) -> Account | None:
    row = db.execute("select * from accounts where username = ?", (username,)).fetchone()
    return load(Account, row) if row else None


def of_account_id(db: sqlite3.Connection, account_id: str) -> Account | None:
    """Any user of the account: they share its zone and cycle day."""
    row = db.execute("select * from accounts where account_id = ? order by username", (account_id,)).fetchone()
    return load(Account, row) if row else None


def every(db: sqlite3.Connection) -> list[Account]:
    return [load(Account, row) for row in db.execute("select * from accounts order by account_id, username")]


def by_api_key(db: sqlite3.Connection, username: str, api_key: str) -> Account | None:
    """The user if the API key is theirs and has not expired."""
    account = find(db, username)
    if account is None or account.key_expired:
        return None
    return account if hmac.compare_digest(account.api_key.encode(), api_key.encode()) else None


def by_password(db: sqlite3.Connection, username: str, password: str) -> Account | None:
    """The user if the password is theirs."""
    account = find(db, username)
    if account is None:
        return None
    return account if hmac.compare_digest(account.password.encode(), password.encode()) else None


def of_licence(db: sqlite3.Connection, licence_key: str) -> Account | None:
    """Any user of the account to which the licence was issued."""
    row = db.execute("select * from accounts where licence_key = ? order by username", (licence_key,)).fetchone()
    return load(Account, row) if row else None


def expire_key(db: sqlite3.Connection, username: str) -> None:
    """Unusable if there is no such user."""
    _change(db, username, {"key_expired": True})


def set_api_key(db: sqlite3.Connection, username: str, api_key: str = "") -> str:
    """Gives a user a new API key, which ends the old one; returns it. Unusable if there is no such user."""
    key = api_key or str(uuid4())
    _change(db, username, {"api_key": key, "key_expired": False})
    return key


def set_password(db: sqlite3.Connection, username: str, password: str = "") -> str:
    """Gives a user a new password; returns it. Unusable if there is no such user."""
    new = password or str(uuid4())
    _change(db, username, {"password": new})
    return new


def set_licence_key(db: sqlite3.Connection, username: str, licence_key: str = "") -> str:
    """Gives the user's whole account a new licence key; returns it. Unusable if there is no such user."""
    key = licence_key or str(uuid4())
    update(db, "accounts", ("account_id", _known(db, username).account_id), {"licence_key": key})
    return key


def names_of(db: sqlite3.Connection, username: str, licensee: Account | None = None) -> frozenset[str]:
    """Names under which the account of a call is known: of whom it claims to be, and of its licence."""
    user = find(db, username)
    return frozenset(each.account_id for each in (user, licensee) if each)


def _change(db: sqlite3.Connection, username: str, values: dict[str, object]) -> None:
    update(db, "accounts", ("username", _known(db, username).username), values)


def _known(db: sqlite3.Connection, username: str) -> Account:
    account = find(db, username)
    if account is None:
        raise Unusable(f"There is no account {username}.")
    return account
