"""What of SendGrid's wire diagnostics may keep: its structure, its switches and its reasons; nobody's mail.

Replaced are addresses, names, subjects, texts, and the ids that are sent along. SMTP leaves no record of its own.
"""

from extensions.core.contract import Wire

_KEPT = "scopes type enable enable_text categories field Auto-Submitted"
_SETTINGS = "method region security host api_address"
_NAMED = """
    personalizations to from email name subject content value custom_args mail_id headers errors tracking_settings
    click_tracking open_tracking subscription_tracking
"""
_PROSE = "message help"
_WORDS = """
    sendgrid sender verified verify match identity mail scope scopes bearer personalizations subject recipient
    recipients unauthorized revoked credits sandbox deliver region subuser ip whitelist
"""
_HEADERS = "X-Message-Id X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset"


def _names(*lists: str) -> frozenset[str]:
    return frozenset(name for each in lists for name in each.split())


WIRE = Wire(
    kept=_names(_KEPT, _SETTINGS),
    named=_names(_NAMED),
    prose=_names(_PROSE),
    words=_names(_WORDS),
    paths=_names("v3 mail send scopes"),
    headers=_names(_HEADERS),
    varying=_names("mail_id"),
)
