"""Forms of second factors, where allauth's are not enough."""

import struct
from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, get_totp_secret
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from iotdash.lib import crypto

_MALFORMED = (LookupError, TypeError, ValueError, AttributeError, struct.error)


class ActivateTOTPForm(totp.ActivateTOTPForm):
    """The secret waits in the session while its code is typed; it is encrypted there too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        try:
            self.secret = crypto.decrypt(self.secret)
        except crypto.CryptoError:
            self._keep_encrypted()

    def _keep_encrypted(self) -> None:
        """What allauth has just made is in clear. What waits under a key that is gone is made anew."""
        if crypto.key_of(self.secret):
            self.secret = get_totp_secret(regenerate=True)
        context.request.session[SECRET_SESSION_KEY] = crypto.encrypt(self.secret)


class EachCodeOnce:
    """allauth remembers a used code for 30 seconds; with a clock that may be one step off it is good for 90."""

    def clean_code(self) -> str:
        code = super().clean_code()
        steps = 1 + 2 * app_settings.TOTP_TOLERANCE
        key = f"used-code:{self.user.pk}:{normalize_user_code(code)}"
        by_app = self.authenticator.type == Authenticator.Type.TOTP
        if by_app and not cache.add(key, "", timeout=steps * app_settings.TOTP_PERIOD):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(EachCodeOnce, base.AuthenticateForm):
    pass


class ReauthenticateForm(EachCodeOnce, base.ReauthenticateForm):
    pass


class CredentialField(forms.JSONField):
    """What a browser answers for a passkey. allauth fails with a traceback on some that are malformed."""

    widget = forms.HiddenInput

    def __init__(self, shape: type[RegistrationResponse | AuthenticationResponse]) -> None:
        super().__init__()
        self.shape = shape

    def clean(self, value: str) -> Any:
        credential = super().clean(value)
        try:
            self.shape.from_dict(credential)
        except _MALFORMED:
            raise ValidationError("The browser's answer cannot be read. Try again.", code="malformed") from None
        return credential


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    credential = CredentialField(RegistrationResponse)


class UsePasskeyForm(webauthn.AuthenticateWebAuthnForm):
    credential = CredentialField(AuthenticationResponse)


class ConfirmByPasskeyForm(webauthn.ReauthenticateWebAuthnForm):
    credential = CredentialField(AuthenticationResponse)
