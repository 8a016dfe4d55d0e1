"""What allauth asks us about second factors: how their secrets are kept, and what it says when a code is wrong."""

import logging

from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError

from iotdash.lib import crypto

logger = logging.getLogger(__name__)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. Codes change every 30 seconds and each works once; "
        "if it keeps failing, check the clock of the device that shows them.",
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first.",
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ValidationError, which the form shows: whoever signs in reads why, and a passkey still works."""
        try:
            return crypto.decrypt(encrypted_text)
        except crypto.CryptoError as error:
            logger.error("a second factor cannot be read: %s", error)
            raise ValidationError(
                "Codes cannot be checked at the moment, because a key of this server is missing. "
                "Use a passkey if you have one, and tell whoever runs the server."
            ) from error
