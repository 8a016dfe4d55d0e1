"""Mail about accounts, sent by the installation itself (`EMAIL_URL`), within the request that asks for it."""

import logging
import smtplib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from iotdash.lib.public_address import public_address

logger = logging.getLogger(__name__)


class MailNotSent(Exception):
    """The server for site mail did not take it. Its text is for people."""

    def __init__(self) -> None:
        super().__init__("The mail could not be sent. Try again later, or tell whoever runs this server.")


class SiteMail(DefaultAccountAdapter):
    """The part of the adapter that sends."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Raises MailNotSent."""
        try:
            super().send_mail(template_prefix, email, {"home": public_address("home")} | context)
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("Site mail was not sent: %s", error)
            raise MailNotSent from error

    def get_reset_password_from_key_url(self, key: str) -> str:
        """allauth's own is below the request's Host header, so whoever asks could name the site that reads the key."""
        uid, _, secret = key.partition("-")
        return public_address("account_reset_password_from_key", uidb36=uid, key=secret)
