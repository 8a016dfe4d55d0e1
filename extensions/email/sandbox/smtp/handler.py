"""A mail server that keeps every message: plain for its own users, SendGrid's for the user `apikey`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from .. import accounts, scripts
from ..accounts import API_KEY_USER, ApiKey
from ..faults import Fault, Kind
from ..log import Call
from ..messages import Message, make_id
from ..rest.service import UNVERIFIED, WRONG_KEY
from ..state import State
from . import faulty
from .parsed import Parsed

NOT_YOURS = "550 5.7.1 Sender address rejected: not a sender of this account"
OK = "250 2.0.0 Ok"
_SILENT = (Kind.CUT_AFTER, Kind.HANG_AFTER)


@dataclass(frozen=True)
class Login:
    """Whom an SMTP session proved. `login` is what aiosmtpd shows of it."""

    login: bytes
    account: str
    sendgrid: bool


class Handler:
    """Hooks of aiosmtpd. Every method writes what it did before it is answered."""

    def __init__(self, state: State, transport: str) -> None:
        self._state = state
        self._transport = transport

    async def meet(self, server: SMTP) -> None:
        """Before the greeting."""
        await self._step(server, faulty.CONNECT, lambda fault: None)

    async def handle_AUTH(self, server: SMTP, session: Session, envelope: Envelope, args: list[str]) -> Any:
        return await self._step(server, "smtp/auth", lambda fault: MISSING)

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        username = given.login.decode(errors="replace")
        with self._state.store.read() as db:
            found = accounts.by_login(db, username, given.password.decode(errors="replace"))
        if found is None:
            words = f"535 {'Authentication failed: ' + WRONG_KEY if _is_sendgrid(username) else _PLAIN_REFUSAL}"
            self._log("smtp/auth", words)
            return AuthResult(success=False, handled=False, message=words)
        login = Login(given.login, _name(found), isinstance(found, ApiKey))
        return AuthResult(success=True, auth_data=login)

    async def handle_NOOP(self, server: SMTP, session: Session, envelope: Envelope, arg: str) -> Any:
        def perform(fault: Fault | None) -> str:
            self._log("smtp/noop", OK, session, fault)
            return OK

        return await self._step(server, "smtp/noop", perform, session)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> Any:
        def perform(fault: Fault | None) -> str:
            # SendGrid looks at the message's own sender instead, when it has it.
            if not session.auth_data.sendgrid and not self._is_verified(address):
                self._log("smtp/mail", NOT_YOURS, session, fault)
                return NOT_YOURS
            envelope.mail_from = address
            return "250 2.1.0 Ok"

        return await self._step(server, "smtp/mail", perform, session)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> Any:
        def perform(fault: Fault | None) -> str:
            with self._state.store.write() as db:
                answer = scripts.answer(db, envelope.mail_from or "", address)
            if answer:
                self._log("smtp/rcpt", answer, session, fault)
            if not answer or answer.startswith("2"):
                envelope.rcpt_tos.append(address)
            return answer or "250 2.1.5 Ok"

        return await self._step(server, "smtp/rcpt", perform, session)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> Any:
        return await self._step(
            server, "smtp/message", lambda fault: self._take(session.auth_data, envelope, fault), session
        )

    def _take(self, login: Login, envelope: Envelope, fault: Fault | None) -> str:
        parsed = Parsed(bytes(envelope.original_content or b""))
        if login.sendgrid and not self._is_verified(parsed.sender[1]):
            answer, taken = f"550 {UNVERIFIED}", []
        else:
            message_id = make_id()
            answer = f"250 {'Ok' if login.sendgrid else '2.0.0 Ok'}: queued as {message_id}"
            taken = self._messages(login, envelope, parsed, message_id)
        self._state.take(self._call("smtp/message", answer, login, fault, len(taken)), taken)
        return answer

    def _messages(self, login: Login, envelope: Envelope, parsed: Parsed, message_id: str) -> list[Message]:
        common = {
            **parsed.fields(),
            "at": self._state.now(),
            "transport": self._transport,
            "account": login.account,
            "message_id": message_id,
            "raw": bytes(envelope.original_content or b""),
            "reports": login.sendgrid,
        }
        return [Message(recipient=recipient, **common) for recipient in envelope.rcpt_tos]

    async def _step(
        self, server: SMTP, path: str, perform: Callable[[Fault | None], Any], session: Session | None = None
    ) -> Any:
        def refuse(words: str, fault: Fault) -> None:
            self._log(path, words, session, fault)

        return await faulty.under(self._state, server, path, perform, refuse)

    def _log(self, path: str, words: str, session: Session | None = None, fault: Fault | None = None) -> None:
        self._state.take(self._call(path, words, session.auth_data if session else None, fault))

    def _call(self, path: str, words: str, login: Login | None, fault: Fault | None, taken: int = 0) -> Call:
        answered = words[:3].isdecimal() and not (fault and fault.kind in _SILENT)
        return Call(
            *(self._state.now(), login.account if login else "", self._transport, path),
            status=int(words[:3]) if answered else None,
            words=words[4:] if words[:3].isdecimal() else "",
            fault=fault.kind if fault else "",
            taken=taken,
        )

    def _is_verified(self, address: str) -> bool:
        with self._state.store.read() as db:
            return accounts.is_verified(db, address)


_PLAIN_REFUSAL = "5.7.8 Authentication credentials invalid"


def _is_sendgrid(username: str) -> bool:
    return username == API_KEY_USER


def _name(found: ApiKey | accounts.SmtpUser) -> str:
    return found.name if isinstance(found, ApiKey) else found.username
