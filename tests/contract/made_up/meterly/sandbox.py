"""A Meterly gateway on this machine: its world in one SQLite file, its protocol as in `provider.py`'s first line."""

import hashlib
import hmac
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_hex
from urllib.parse import parse_qsl, urlencode, urlsplit

from extensions.core.contract import Example, Fault, Sandbox, SandboxControl, Sent, Variant

LOGIN, TOKEN, CARD = "rehearsal", "made-up-token-4711", "made-up-card-0815"
DELIVERY_SECONDS, PAGE_SIZE = 20, 20
SCHEMA = """
create table if not exists chips (chip text primary key, power text, bytes integer, changed real);
create table if not exists texts (number integer primary key, chip text, text text, at real);
create table if not exists calls (id integer primary key, verb text, performed integer);
create table if not exists world (name text primary key, value);
"""
TEXTS = """
select * from texts where number = :number + 0 or
    (chip = :chip and text = :text and at > :after + 0 and instr(',' || :others || ',', ',' || number || ',') = 0)
order by number desc
"""


@contextmanager
def world(folder: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(folder / "meterly.sqlite3", timeout=10)
    db.row_factory = sqlite3.Row
    try:
        with db:
            yield db
    finally:
        db.close()


def seed(folder: Path) -> None:
    with world(folder) as db:
        db.executescript(SCHEMA)
        db.executescript("delete from chips; delete from texts;")
        made = now_in(db) - 3600
        chips = [(f"M-{number:04}", "on" if number % 3 else "off", number * 1000, made) for number in range(1, 50)]
        db.executemany("insert into chips values (?, ?, ?, ?)", chips)


def fault_in(db: sqlite3.Connection) -> str:
    row = db.execute("select value from world where name = 'fault'").fetchone()
    return row["value"] if row else ""


def now_in(db: sqlite3.Connection) -> float:
    row = db.execute("select value from world where name = 'ahead'").fetchone()
    return time.time() + (row["value"] if row else 0)


class Control(SandboxControl):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _put(self, name: str, value: object) -> None:
        with world(self._folder) as db:
            db.execute("insert or replace into world values (?, ?)", (name, value))

    def fail(self, fault: Fault) -> None:
        self._put("fault", fault.value)

    def mend(self) -> None:
        self._put("fault", "")

    def reset(self) -> None:
        seed(self._folder)

    def unlimited(self) -> None:
        return

    def advance(self, seconds: float) -> None:
        with world(self._folder) as db:
            ahead = now_in(db) - time.time() + seconds
        self._put("ahead", ahead)

    def performed(self) -> int:
        with world(self._folder) as db:
            return db.execute("select count(*) from calls where performed").fetchone()[0]

    def close(self) -> None:
        return


class Handler(BaseHTTPRequestHandler):
    folder: Path

    def do_GET(self) -> None:
        self._handle(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._handle(dict(parse_qsl(body.replace("\n", "&"))))

    def log_message(self, *args: object) -> None:
        return

    def _handle(self, fields: dict[str, str]) -> None:
        fault = self._fault()
        if fault == Fault.SLOW:
            time.sleep(0.2)
        while fault == Fault.HANG and self._fault() == Fault.HANG:
            time.sleep(0.02)
        if fault in (Fault.HANG, Fault.CUT_BEFORE):
            return self.connection.shutdown(socket.SHUT_RDWR)
        if fault == Fault.HTML:
            return self._send(502, "<html>Bad gateway</html>", "text/html")
        answer = self._answer(fault, fields)
        if fault == Fault.CUT_AFTER:
            return self.connection.shutdown(socket.SHUT_RDWR)
        text = urlencode(answer).replace("&", "\n") + "\nend\n"
        kind = "text/plain" if fault == Fault.WRONG_TYPE else "text/x-meterly"
        return self._send(200, text[: len(text) // 2] if fault == Fault.GARBAGE else text, kind)

    def _fault(self) -> str:
        with world(self.folder) as db:
            return fault_in(db)

    def _answer(self, fault: str, fields: dict[str, str]) -> dict[str, object]:
        if fault in (Fault.SERVER_ERROR, Fault.THROTTLE):
            return _refused("fault" if fault == Fault.SERVER_ERROR else "pace", "not now")
        by_token = (self.headers["X-Login"], self.headers["X-Token"]) == (LOGIN, TOKEN)
        known = by_token or self.headers["X-Card"] == CARD
        if not known or fault == Fault.EXPIRED_KEY:
            return _refused("token", "token not valid")
        verb = urlsplit(self.path).path.rpartition("/")[2]
        with world(self.folder) as db:
            answer = VERBS[verb](db, fields)
            done = self.command == "POST" and "refused" not in answer
            db.execute("insert into calls (verb, performed) values (?, ?)", (verb, done))
        return answer

    def _send(self, status: int, text: str, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


def _refused(code: str, because: str) -> dict[str, object]:
    return {"refused": code, "because": because}


def _show(db: sqlite3.Connection, fields: dict[str, str]) -> dict[str, object]:
    row = db.execute("select power, bytes from chips where chip = ?", (fields["chip"],)).fetchone()
    return dict(row) if row else _refused("unknown", "no such chip")


def _list(db: sqlite3.Connection, fields: dict[str, str]) -> dict[str, object]:
    sought = "select chip, power from chips where chip > :after and changed > :changed + 0 order by chip"
    found = db.execute(sought, {"after": "", **fields}).fetchall()
    page = ",".join(f"{row['chip']}:{row['power']}" for row in found[:PAGE_SIZE])
    return {"chips": page, "more": "yes" if len(found) > PAGE_SIZE else "no", "now": now_in(db)}


def _power(db: sqlite3.Connection, fields: dict[str, str]) -> dict[str, object]:
    change = "update chips set power = :power, changed = :now where chip = :chip"
    done = db.execute(change, {**fields, "now": now_in(db)}).rowcount
    return {"done": "yes"} if done else _refused("unknown", "no such chip")


def _text(db: sqlite3.Connection, fields: dict[str, str]) -> dict[str, object]:
    if "refused" in _show(db, fields):
        return _refused("unknown", "no such chip")
    values = (fields["chip"], fields["text"], now_in(db))
    return {"number": db.execute("insert into texts (chip, text, at) values (?, ?, ?)", values).lastrowid}


def _texts(db: sqlite3.Connection, fields: dict[str, str]) -> dict[str, object]:
    wanted = {"number": "", "chip": "", "text": "", "after": 0, "others": "", **fields}
    row = db.execute(TEXTS, wanted).fetchone()
    if row is None:
        return _refused("unknown", "no such text")
    arrived = now_in(db) >= row["at"] + DELIVERY_SECONDS
    return {"number": row["number"], "state": "arrived" if arrived else "under way"}


VERBS = {
    "whoami": lambda db, fields: {"login": LOGIN},
    "list": _list,
    "show": _show,
    "power": _power,
    "text": _text,
    "texts": _texts,
}


def serve(state_dir: Path, host: str, port: int, ready: Callable[[int], None]) -> None:
    handler = type("Served", (Handler,), {"folder": state_dir})
    with ThreadingHTTPServer((host, port), handler) as server:
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        ready(server.server_port)
        server.serve_forever(poll_interval=0.05)


def settings(base_url: str) -> dict[str, str]:
    return {"method": "token", "gateway": base_url, "login": LOGIN, "token": TOKEN}


def by_card(base_url: str) -> dict[str, str]:
    return {"method": "card", "gateway": base_url, "card": CARD}


def wrong_cards(base_url: str) -> dict[str, dict[str, str]]:
    cards = {"a wrong card": "some-other-card", "an empty card": "", "a token for a card": TOKEN}
    return {name: by_card(base_url) | {"card": card} for name, card in cards.items()}


def sends(settings: Mapping[str, str]) -> Sent:
    token, body = token_hex(8), b"number=17 chip=M-0001 power=off"
    seal = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    return Sent({**settings, "token": token}, body, {"Content-Type": "text/plain", "X-Seal": seal})


def offer() -> Sandbox:
    return Sandbox(
        name="meterly",
        serve=serve,
        seed=seed,
        settings=settings,
        sends=sends,
        wrong_settings=lambda base_url: {
            "a wrong token": settings(base_url) | {"token": "some-other-token"},
            "an unknown login": settings(base_url) | {"login": "nobody"},
            "an empty token": settings(base_url) | {"token": ""},
        },
        examples=lambda state_dir: {
            "terminal": Example({"chip": "M-0001"}, {}),
            "status": Example({"chip": "M-0002"}, {"status": "Deactivated"}),
            "sms": Example({"chip": "M-0004"}, {"message": "Report, please & thank you."}),
        },
        control=Control,
        others={"a key card": Variant(by_card, wrong_cards)},
    )
