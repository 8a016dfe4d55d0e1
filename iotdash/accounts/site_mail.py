"""Mail about accounts, sent by the installation itself (`EMAIL_URL`), within the request that asks for it."""

import logging
import smtplib
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings

logger = logging.getLogger(__name__)


class MailNotSent(Exception):
    """The server for site mail did not take it. Its text is for people."""

    def __init__(self) -> None:
        super().__init__("The mail could not be sent. Try again later, or tell whoever runs this server.")


class SiteMail(DefaultAccountAdapter):
    """The part of the adapter that sends. Links begin with PUBLIC_URL: a Host header is what somebody else says."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Raises MailNotSent."""
        try:
            super().send_mail(template_prefix, email, {**context, "public_url": settings.PUBLIC_URL})
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("Site mail was not sent: %s", error)
            raise MailNotSent from error

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return settings.PUBLIC_URL.rstrip("/") + path
