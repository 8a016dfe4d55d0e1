"""SendGrid's web API v3: two calls, `GET /v3/scopes` and `POST /v3/mail/send`."""

from typing import Any

from requests import Response

from extensions.core.contract import AuthRejected, BadResponse, Context, OutboundError, Proof, Refused
from extensions.email.message import recipient_of, require_whole, sender_of
from extensions.email.sendgrid_errors import UNREADABLE, Reply, failure, unanswered
from extensions.email.settings import ApiAccount, Settings, api_account, text
from extensions.mailers.contract import OutgoingMail, Taken

_MAIL_SEND = "mail.send"
_LACKS = "The API key is valid but lacks the permission Mail Send. Give it that in SendGrid, or enter another key."
_PROVED = "SendGrid accepts the API key, and it may send mail. Whether the sender is verified shows when mail is sent."
_ONLY_CHECKED = "SendGrid only checked the message (sandbox mode) and does not deliver it."
_NO_SUCH_SENDER = "SendGrid takes no sender address with letters beyond ASCII before the @. Enter another."
_NO_SUCH_RECIPIENT = "SendGrid takes no address with letters beyond ASCII before the @."
_LONGEST_ID = 200


def check(context: Context) -> Proof:
    """Asks what the key may do. It sends no mail, and cannot prove that the sender is verified."""
    reply = _call(context, "GET", "/v3/scopes")
    scopes = _scopes(reply)
    if _MAIL_SEND not in scopes:
        raise AuthRejected(_LACKS)
    return Proof(_PROVED, {"Permissions of the key": str(len(scopes))})


def _scopes(reply: Reply) -> list[str]:
    scopes = reply.body.get("scopes") if isinstance(reply.body, dict) else None
    if not isinstance(scopes, list):
        raise BadResponse(UNREADABLE.format(host=reply.host), code=str(reply.status))
    return scopes


def send(context: Context, mail: OutgoingMail) -> Taken:
    """For `MailProvider.send`."""
    reply = _call(context, "POST", "/v3/mail/send", json=body_of(mail, context.settings))
    if reply.status == 200:
        raise Refused(_ONLY_CHECKED, code="200")
    message_id = reply.headers.get("X-Message-Id", "")
    return Taken("202 Accepted", message_id if len(message_id) <= _LONGEST_ID else "")


def body_of(mail: OutgoingMail, settings: Settings) -> dict[str, Any]:
    """The request's body. Raises Refused for a message that SendGrid cannot take, and AuthRejected for the sender."""
    require_whole(mail)
    body = {
        # The published description knows custom arguments of a person as an object, but not those of a message.
        "personalizations": [{"to": [_recipient(mail)], "custom_args": {**mail.labels, "mail_id": mail.mail_id}}],
        "from": _sender(settings),
        "subject": mail.subject,
        "content": [{"type": kind, "value": part} for kind, part in _parts(mail) if part],
        "headers": {"Auto-Submitted": "auto-generated"},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }
    return {**body, "categories": [mail.category]} if mail.category else body


def _parts(mail: OutgoingMail) -> tuple[tuple[str, str], ...]:
    return ("text/plain", mail.text), ("text/html", mail.html)


def _sender(settings: Settings) -> dict[str, str]:
    email = sender_of(settings)
    if not email.isascii():
        raise AuthRejected(_NO_SUCH_SENDER)
    return _person(email, text(settings, "sender_name"))


def _recipient(mail: OutgoingMail) -> dict[str, str]:
    email = recipient_of(mail)
    if not email.isascii():
        raise Refused(_NO_SUCH_RECIPIENT)
    return _person(email, mail.recipient_name)


def _person(email: str, name: str) -> dict[str, str]:
    return {"email": email, "name": name} if name else {"email": email}


def _call(context: Context, method: str, path: str, **content: Any) -> Reply:
    account, write = api_account(context.settings), method != "GET"
    headers = {"Authorization": f"Bearer {account.key}", "Accept": "application/json"}
    try:
        answer = context.http.request(method, f"{account.base}{path}", headers=headers, **content)
    except OutboundError as error:
        raise unanswered(error, write=write) from error
    return _successful(_reply(account, answer), context, write)


def _reply(account: ApiAccount, answer: Response) -> Reply:
    return Reply(account.host, answer.status_code, answer.headers, answer.content, (account.key,))


def _successful(reply: Reply, context: Context, write: bool) -> Reply:
    if reply.status == 200 or (write and reply.status == 202):
        return reply
    raise failure(reply, context.now(), write=write)
