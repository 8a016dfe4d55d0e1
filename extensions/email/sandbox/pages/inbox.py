"""The inbox: messages as they were taken, newest first, and each as its recipient would see it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.wrappers import Response

from extensions.core.contract.sandboxing.pages import code, empty_row, join, moment, page, row

from ..events import FAILED, KEPT, PLANNED, SENT, WAITING, Event
from ..messages import Message
from ..state import State

_HERE = Path(__file__).parent
SHOWN = 50
# Links open in a tab of their own, outside the sandbox of the frame; nothing else in it works.
_FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
_OPEN_OUTSIDE = '<!doctype html><meta charset="utf-8"><base target="_blank">'
_LINK = re.compile(r"https?://[^\s<>\"]+")
WAYS = {"rest": "SendGrid API", "smtp": "SMTP", "smtps": "SMTP, implicit TLS"}

POSTED = {
    PLANNED: "to come",
    WAITING: "waiting",
    SENT: "posted",
    FAILED: "given up",
    KEPT: "no address to post to",
}


def listed(state: State, to: str, before: int | None) -> Response:
    found = state.messages(to, before, SHOWN + 1)
    shown = found[:SHOWN]
    nothing = f"No message to {to}." if to else "No message yet."
    return page(
        _HERE / "inbox.html",
        to=to,
        all=Markup('<a href="/">Show all</a>') if to else "",
        total=state.count(),
        messages=join(map(_line, shown)) or empty_row(nothing, 6),
        older=_older(to, shown[-1]) if len(found) > SHOWN else "",
    )


def shown(message: Message, events: list[Event]) -> Response:
    return page(
        _HERE / "message.html",
        subject=message.subject or "(no subject)",
        recipient=message.recipient,
        sender=f"{message.sender_name} <{message.sender}>" if message.sender_name else message.sender,
        at=moment(message.at),
        way=WAYS[message.transport],
        account=message.account,
        message_id=message.message_id,
        state=message.state,
        arguments=", ".join(f"{name}={value}" for name, value in message.custom_args.items()) or "none",
        text=with_links(message.text) if message.text else "There is no text part.",
        html=_frame(message) if message.html else Markup("<p>There is no HTML part.</p>"),
        events=join(map(_event, events)) or empty_row("Nothing is reported about this message.", 5),
        raw=message.raw.decode(errors="replace"),
    )


def html_part(message: Message) -> Response:
    """The HTML as it was sent, where nothing of it can run."""
    reply = Response(_OPEN_OUTSIDE + message.html, content_type="text/html; charset=utf-8")
    reply.headers["Content-Security-Policy"] = _FRAME_POLICY
    reply.headers["Referrer-Policy"] = "no-referrer"
    return reply


def with_links(text: str) -> Markup:
    """Text in which addresses can be clicked."""
    pieces, last = [], 0
    for found in _LINK.finditer(text):
        link = Markup('<a href="{0}" target="_blank" rel="noreferrer">{0}</a>').format(found[0].rstrip(".,;:!?)"))
        end = found.start() + len(found[0].rstrip(".,;:!?)"))
        pieces += [Markup("{}").format(text[last : found.start()]), link]
        last = end
    return join([*pieces, Markup("{}").format(text[last:])])


def _line(message: Message) -> Markup:
    subject = Markup('<a href="/messages/{}">{}</a>').format(message.id, message.subject or "(no subject)")
    return row(
        *(moment(message.at), subject, message.recipient, message.sender),
        *(WAYS[message.transport], message.state),
    )


def _older(to: str, last: Message) -> Markup:
    query = urlencode({"to": to, "before": last.id} if to else {"before": last.id})
    return Markup('<p><a href="/?{}">Older messages</a></p>').format(query)


def _frame(message: Message) -> Markup:
    return Markup(
        '<iframe title="HTML part" sandbox="allow-popups allow-popups-to-escape-sandbox"'
        ' src="/messages/{}/html"></iframe>'
    ).format(message.id)


def _event(event: Event) -> Markup:
    words = event.body.get("reason") or event.body.get("response") or ""
    state = POSTED[event.state]
    posted = f"{state}, {event.answer}" if event.answer else state
    return row(moment(event.due_at), event.body["event"], words, code(event.body["sg_event_id"]), posted)
