"""A message for SMTP: its bytes, and how its addresses are written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

from extensions.core.contract import AuthRejected, Refused
from extensions.email import addresses
from extensions.email.settings import Settings, text
from extensions.mailers.contract import OutgoingMail

# Seven bits, so that no server on the way has to convert it.
_POLICY = SMTP_POLICY.clone(cte_type="7bit")
# Links stay as they are: rewritten ones would tell their token to a third party.
SENDGRID_SWITCHES = (
    '{"filters":{"clicktrack":{"settings":{"enable":0,"enable_text":false}},"opentrack":{"settings":{"enable":0}}}}'
)
_BREAK = re.compile(r"[\r\n\x00]")
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9._-]")
_PLAIN = re.compile(r"[ -~]{0,60}")
_QUOTABLE = re.compile(r"[ !#-\[\]-~]{0,60}")


@dataclass(frozen=True)
class Posting:
    """What goes into a conversation: envelope addresses and the message with CR LF lines, no dots doubled.

    `international`: an address needs the SMTPUTF8 extension.
    """

    sender: str
    recipient: str
    content: bytes
    international: bool


def require_whole(mail: OutgoingMail) -> None:
    """Raises Refused for a message that no service takes, or whose headers would be others."""
    if not mail.subject.strip() or not (mail.text.strip() or mail.html.strip()):
        raise Refused("The message has no subject or no text.")
    if any(_BREAK.search(part) for part in (mail.subject, mail.recipient_name, mail.recipient)):
        raise Refused("The subject or the recipient has a line break in it.")


def posting(mail: OutgoingMail, settings: Settings, now: datetime, *, for_sendgrid: bool) -> Posting:
    """`for_sendgrid` adds SENDGRID_SWITCHES. Raises Refused, and AuthRejected for the sender."""
    require_whole(mail)
    sender, recipient = sender_of(settings), recipient_of(mail)
    head = {
        "From": mailbox(sender, text(settings, "sender_name")),
        "To": mailbox(recipient, mail.recipient_name),
        "Subject": _line(mail.subject),
        "Date": format_datetime(now),
        "Message-ID": message_id(mail, sender),
        "Auto-Submitted": "auto-generated",
        **({"X-SMTPAPI": SENDGRID_SWITCHES} if for_sendgrid else {}),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    content = lines.encode() + _parts(mail).as_bytes()
    return Posting(sender, recipient, content, international=not (sender + recipient).isascii())


def message_id(mail: OutgoingMail, sender: str) -> str:
    """The same whenever the message is sent again, so that a repetition can be told."""
    return f"<{_NOT_IN_AN_ID.sub('-', mail.mail_id)}@{addresses.domain_of(sender)}>"


def sender_of(settings: Settings) -> str:
    """Raises AuthRejected: mail waits until the settings are mended."""
    try:
        return addresses.on_the_wire(text(settings, "sender_address"))
    except ValueError as error:
        raise AuthRejected("The sender address is not an email address. Enter it again.") from error


def recipient_of(mail: OutgoingMail) -> str:
    """Raises Refused."""
    try:
        return addresses.on_the_wire(mail.recipient)
    except ValueError as error:
        raise Refused(f"“{mail.recipient}” is not an email address.") from error


def mailbox(address: str, name: str) -> str:
    """For From and To. Not made by `email.policy`, which in Python 3.11 breaks long names with odd characters."""
    words = _one_line(name)
    if not words:
        return address
    return f'"{words}" <{address}>' if _QUOTABLE.fullmatch(words) else f"{_encoded(words)}\r\n <{address}>"


def _line(words: str) -> str:
    line = _one_line(words)
    return line if _PLAIN.fullmatch(line) and "=?" not in line else _encoded(line)


def _encoded(words: str) -> str:
    """Encoded words of RFC 2047, one on each line."""
    return Header(words, "utf-8", header_name="Message-ID").encode(linesep="\r\n")


def _one_line(words: str) -> str:
    return " ".join(_storable(words).split())


def _parts(mail: OutgoingMail) -> EmailMessage:
    message = EmailMessage(_POLICY)
    kinds = [(kind, part) for kind, part in _kinds(mail) if part.strip()]
    (subtype, part), *more = kinds
    message.set_content(_storable(part), subtype=subtype)
    for subtype, part in more:
        message.add_alternative(_storable(part), subtype=subtype)
    return message


def _kinds(mail: OutgoingMail) -> Iterator[tuple[str, str]]:
    yield "plain", mail.text
    yield "html", mail.html


def _storable(words: str) -> str:
    """Half of a pair of surrogates cannot be written in UTF-8."""
    return words.encode(errors="replace").decode()
