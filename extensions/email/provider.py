"""The mail provider: one contract, the way there chosen by the method."""

from types import ModuleType

from extensions.core.contract import Context, Proof
from extensions.email import sendgrid, smtp
from extensions.email.schema import SENDGRID_KEY
from extensions.email.settings import method_of
from extensions.mailers.contract import MailProvider, OutgoingMail, Taken


class Email(MailProvider):
    """Stateless. SendGrid's web API by key; SMTP for the two other methods."""

    def check(self, context: Context) -> Proof:
        return _way(context).check(context)

    def send(self, context: Context, mail: OutgoingMail) -> Taken:
        return _way(context).send(context, mail)


def _way(context: Context) -> ModuleType:
    return sendgrid if method_of(context.settings) == SENDGRID_KEY else smtp
