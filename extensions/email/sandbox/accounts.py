"""Who may send: API keys with their scopes, SMTP users, and the senders that were verified."""

from __future__ import annotations

import hmac
import json
import sqlite3
import string
from dataclasses import dataclass
from hashlib import sha512

from extensions.core.contract.sandboxing.problems import Unusable

MAIL_SEND = "mail.send"
VALID, REVOKED, BLOCKED = "valid", "revoked", "blocked"
# The user name that stands for "the password is an API key".
API_KEY_USER = "apikey"
_LETTERS = string.ascii_letters + string.digits + "-_"


@dataclass(frozen=True)
class ApiKey:
    """`state`: valid, revoked (401), or blocked (403 whatever it asks)."""

    name: str
    key: str
    scopes: tuple[str, ...]
    state: str = VALID


@dataclass(frozen=True)
class SmtpUser:
    """A user of the plain mail server, which reports nothing about messages afterwards."""

    username: str
    password: str


def made_up(name: str, length: int) -> str:
    """Letters that look random and are always the same for a name."""
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in sha512(f"email sandbox {name}".encode()).digest())[
        :length
    ]


def make_key(name: str) -> str:
    """69 characters, as keys are."""
    return f"SG.{made_up(f'{name} id', 22)}.{made_up(f'{name} secret', 43)}"


def put_key(db: sqlite3.Connection, key: ApiKey) -> None:
    values = (key.name, key.key, json.dumps(key.scopes), key.state)
    db.execute("insert or replace into api_keys values (?, ?, ?, ?)", values)


def put_user(db: sqlite3.Connection, user: SmtpUser) -> None:
    db.execute("insert or replace into smtp_users values (?, ?)", (user.username, user.password))


def keys(db: sqlite3.Connection) -> list[ApiKey]:
    rows = db.execute("select name, key, scopes, state from api_keys order by rowid")
    return [ApiKey(name, key, tuple(json.loads(scopes)), state) for name, key, scopes, state in rows]


def users(db: sqlite3.Connection) -> list[SmtpUser]:
    return [SmtpUser(*row) for row in db.execute("select username, password from smtp_users order by rowid")]


def set_key_state(db: sqlite3.Connection, name: str, state: str) -> None:
    """Unusable if there is no such key or state."""
    if state not in (VALID, REVOKED, BLOCKED):
        raise Unusable(f"A key is {VALID}, {REVOKED} or {BLOCKED}.")
    if not db.execute("update api_keys set state = ? where name = ?", (state, name)).rowcount:
        raise Unusable(f"There is no API key {name}.")


def by_key(db: sqlite3.Connection, text: str) -> ApiKey | None:
    """The key that this is, unless it was revoked."""
    found = [key for key in keys(db) if key.state != REVOKED and _same(key.key, text)]
    return found[0] if found else None


def by_login(db: sqlite3.Connection, username: str, password: str) -> ApiKey | SmtpUser | None:
    """Whom an SMTP login proves: a key that may send for the user `apikey`, else a user of the plain mail server."""
    if username == API_KEY_USER:
        key = by_key(db, password)
        return key if key and key.state == VALID and MAIL_SEND in key.scopes else None
    found = [user for user in users(db) if user.username == username and _same(user.password, password)]
    return found[0] if found else None


def senders(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("select name from senders order by name")]


def verify_sender(db: sqlite3.Connection, name: str) -> None:
    """An address, or a domain for all its addresses."""
    if not name.strip() or " " in name.strip():
        raise Unusable("A sender is an address or a domain.")
    db.execute("insert or replace into senders values (?)", (name.strip().lower(),))


def forget_sender(db: sqlite3.Connection, name: str) -> None:
    db.execute("delete from senders where name = ?", (name.lower(),))


def is_verified(db: sqlite3.Connection, address: str) -> bool:
    whole = address.strip().lower()
    names = (whole, whole.rpartition("@")[2])
    return db.execute("select 1 from senders where name in (?, ?)", names).fetchone() is not None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
