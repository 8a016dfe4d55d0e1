"""Mail over SMTP: one conversation for each message, or for a check that sends none."""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

from extensions.core.contract import Context, OutboundError, Proof
from extensions.email.message import posting, sender_of
from extensions.email.schema import NONE
from extensions.email.settings import ServerAccount, server_account
from extensions.email.smtp_errors import translated
from extensions.email.smtp_talk import Talk
from extensions.mailers.contract import OutgoingMail, Taken

_QUEUED_AS = re.compile(r"queued as <?([\w.+=-]{1,200})", re.IGNORECASE)


def check(context: Context) -> Proof:
    """Connects, secures, signs in and says NOOP. No message is sent."""
    account, sender = server_account(context.settings), sender_of(context.settings)
    with _conversation(context, account) as talk:
        talk.require_letters_of(sender, "")
        talk.ask_nothing()
    return Proof(_proved(account))


def _proved(account: ServerAccount) -> str:
    how = "over a connection that is not secured" if account.security == NONE else "over TLS"
    sign_in = f"accepts the sign-in as {account.username}" if account.signs_in else "answers without a sign-in"
    return f"{account.host} {sign_in}, {how}. Whether it takes mail from the sender shows when mail is sent."


def send(context: Context, mail: OutgoingMail) -> Taken:
    """For `MailProvider.send`."""
    account = server_account(context.settings)
    letter = posting(mail, context.settings, context.now(), for_sendgrid=account.of_sendgrid)
    with _conversation(context, account) as talk:
        answer = talk.deliver(letter)
    queued = _QUEUED_AS.search(answer.words)
    return Taken(answer.whole, queued[1] if queued else "")


@contextmanager
def _conversation(context: Context, account: ServerAccount) -> Iterator[Talk]:
    talk = Talk(account)
    try:
        with context.connect(account.host, account.port) as opened:
            talk.begin(opened)
            yield talk
            talk.say_goodbye()
    except (OutboundError, OSError, smtplib.SMTPException) as error:
        raise translated(error, account, talk.step) from error
    finally:
        talk.close()
