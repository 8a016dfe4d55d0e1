"""Authentication tokens of devices: 8 to 36 characters, known once, stored as a keyed digest."""

import secrets
import string

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import transaction
from django.utils import timezone

from devices.models import Device
from iotdash.audit.services import Source, record
from iotdash.lib.crypto import hash_token

# 22 characters of 73 carry 136 random bits.
TOKEN_LENGTH = 22
TOKEN_ALPHABET = string.ascii_letters + string.digits + "_.!&@?*+()-"
token_rule = RegexValidator(
    r"\A[A-Za-z0-9_.!&@?*+()-]{8,36}\Z",
    "Use 8 to 36 characters: letters, digits and _ . ! & @ ? * + ( ) -",
    code="token",
)


def new_token() -> str:
    return "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))


def validate_token(token: str) -> None:
    """Raises ValidationError for the field `token`."""
    try:
        token_rule(token)
    except ValidationError as error:
        raise ValidationError({"token": error}) from None


def reissue_token(device: Device, source: Source, *, token: str | None = None) -> str:
    """Gives the device a new token, which the answer holds; the old one stops working at once.

    Raises ValidationError for a bad `token`; needs device_type loaded.
    """
    token = token or new_token()
    validate_token(token)
    device.token_digest, device.token_issued_at = hash_token(token), timezone.now()
    with transaction.atomic():
        device.save(update_fields=["token_digest", "token_issued_at"])
        record(source, "device token reissued", "device", device.path)
    return token


def redigest() -> str:
    """After the digest key was lost: a digest cannot be worked out anew without the token."""
    count = Device.objects.exclude(token_digest="").count()
    return f"Device tokens: {count} are refused from now on. Reissue them on the devices' pages."
