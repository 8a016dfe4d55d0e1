"""What is said to an SMTP server, step by step. No password is said without TLS, but on this machine."""

import base64
import re
import smtplib
from contextlib import suppress
from socket import socket

from extensions.core.contract import AnswerTooLarge, AuthRejected, CannotConnect, Refused
from extensions.email.message import Posting
from extensions.email.schema import STARTTLS, TLS
from extensions.email.settings import ServerAccount
from extensions.email.smtp_errors import Answer, Step, refusal
from extensions.email.words import shown

_NO_STARTTLS = (
    "{host} does not offer STARTTLS on this port, so nothing was sent. Choose implicit TLS or another port. "
    "If it offered STARTTLS before, somebody on the way may be hiding it."
)
_NO_SIGN_IN = (
    "{host} offers no sign-in by user name and password that is known here (it offers: {offered}). "
    "Choose STARTTLS or implicit TLS, or leave user name and password empty."
)
_NO_SENDER_LETTERS = "{host} takes no sender address with letters beyond ASCII before the @. Enter another."
_NO_RECIPIENT_LETTERS = "{host} takes no address with letters beyond ASCII before the @ (SMTPUTF8)."
_GOODBYE_SECONDS = 2
_DOTS = re.compile(rb"(?m)^\.")


class _Client(smtplib.SMTP):
    """smtplib over a socket that is open already."""

    def __init__(self, opened: socket, host: str, port: int) -> None:
        self._opened = opened
        super().__init__(host, port, local_hostname=_literal(opened))

    def _get_socket(self, host: str, port: int, timeout: float) -> socket:
        return self._opened


def _literal(opened: socket) -> str:
    """How we introduce ourselves: by address, for looking up our own name may take long and tell more."""
    ip = opened.getsockname()[0].partition("%")[0]
    return f"[IPv6:{ip}]" if ":" in ip else f"[{ip}]"


class Talk:
    """One conversation; `step` is what was said last, or is being done.

    Raises the contract's errors for what the server refuses, and those of the socket and of smtplib.
    """

    def __init__(self, account: ServerAccount) -> None:
        self.step = Step.CONNECTING
        self._account = account
        self._opened: socket | None = None
        self._client: _Client | None = None
        self._secrets = [account.password, *map(_encoded, self._sign_in_lines("PLAIN") + self._sign_in_lines("LOGIN"))]

    def begin(self, opened: socket) -> None:
        """Until the server takes commands of whoever the settings name."""
        host = self._account.host
        self._opened = opened
        if self._account.security == TLS:
            self.step = Step.SECURING
            self._opened = self._account.tls().wrap_socket(opened, server_hostname=host)
        self.step = Step.GREETING
        self._client = _Client(self._opened, host, self._account.port)
        self._say_hello()
        if self._account.security == STARTTLS:
            self._start_tls()
        if self._account.signs_in:
            self._sign_in()

    def _say_hello(self) -> None:
        self.step = Step.HELLO
        self._client.ehlo_or_helo_if_needed()

    def _start_tls(self) -> None:
        if not self._client.has_extn("starttls"):
            raise CannotConnect(_NO_STARTTLS.format(host=self._account.host))
        self.step = Step.SECURING
        self._client.starttls(context=self._account.tls())
        self._say_hello()

    def _sign_in(self) -> None:
        """By the first way that the server offers, once: a second try with a wrong password may lock the account."""
        offered = self._client.esmtp_features.get("auth", "").upper().split()
        mechanism = next((name for name in ("PLAIN", "LOGIN") if name in offered), None)
        if mechanism is None:
            words = _NO_SIGN_IN.format(host=self._account.host, offered=shown(", ".join(offered)) or "none")
            raise AuthRejected(words)
        answer = self._say(Step.SIGNING_IN, f"AUTH {mechanism}")
        for line in self._sign_in_lines(mechanism):
            if answer.code != 334:
                break
            answer = self._say(Step.SIGNING_IN, _encoded(line))
        if answer.code not in (235, 503):
            raise refusal(self._account.host, Step.SIGNING_IN, answer)

    def _sign_in_lines(self, mechanism: str) -> list[str]:
        user, password = self._account.username, self._account.password
        return [f"\0{user}\0{password}"] if mechanism == "PLAIN" else [user, password]

    def ask_nothing(self) -> None:
        self._ask(Step.ASKING, (250,), "NOOP")

    def deliver(self, letter: Posting) -> Answer:
        """The server's answer to the whole message, which it has taken then."""
        self.require_letters_of(letter.sender, letter.recipient)
        self._ask(Step.SENDER, (250,), f"MAIL FROM:<{letter.sender}>{self._options(letter)}")
        self._ask(Step.RECIPIENT, (250, 251, 252), f"RCPT TO:<{letter.recipient}>")
        self._ask(Step.CONTENT, (354,), "DATA")
        self._client.send(_DOTS.sub(b"..", letter.content))
        return self._ask(Step.CLOSING, (250,), ".")

    def _options(self, letter: Posting) -> str:
        size = f" SIZE={len(letter.content)}" if self._client.has_extn("size") else ""
        return f"{size} SMTPUTF8" if letter.international else size

    def require_letters_of(self, sender: str, recipient: str) -> None:
        """Raises AuthRejected or Refused for an address that this server cannot take, instead of changing it."""
        if (sender + recipient).isascii():
            return
        self._client.command_encoding = "utf-8"
        if self._client.has_extn("smtputf8"):
            return
        if sender.isascii():
            raise Refused(_NO_RECIPIENT_LETTERS.format(host=self._account.host))
        raise AuthRejected(_NO_SENDER_LETTERS.format(host=self._account.host))

    def _ask(self, step: Step, wanted: tuple[int, ...], command: str) -> Answer:
        answer = self._say(step, command)
        if answer.code not in wanted:
            raise refusal(self._account.host, step, answer)
        return answer

    def _say(self, step: Step, command: str) -> Answer:
        self.step = step
        code, words = self._client.docmd(command)
        return Answer(code, shown(words.decode(errors="replace"), self._secrets))

    def say_goodbye(self) -> None:
        """All is settled already: whatever the server does now, it changes nothing."""
        with suppress(OSError, smtplib.SMTPException, AnswerTooLarge):
            self._client.sock.settimeout(_GOODBYE_SECONDS)
            self._client.docmd("QUIT")

    def close(self) -> None:
        if self._client:
            self._client.close()
        elif self._opened:
            self._opened.close()


def _encoded(line: str) -> str:
    return base64.b64encode(line.encode()).decode()
