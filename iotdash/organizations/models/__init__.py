"""Organizations, who belongs to them, who is invited, and which programs may come in."""

from iotdash.organizations.models.api_key import ApiKey
from iotdash.organizations.models.invitation import Invitation
from iotdash.organizations.models.kept_answer import KeptAnswer
from iotdash.organizations.models.mail_template import MailTemplate
from iotdash.organizations.models.member_import import MemberImport
from iotdash.organizations.models.organization import (
    RESERVED_IDS,
    Membership,
    MembershipQuerySet,
    Organization,
    new_public_id,
    validate_not_reserved,
)
from iotdash.organizations.models.saved_view import SavedView

__all__ = [
    "RESERVED_IDS",
    "ApiKey",
    "Invitation",
    "KeptAnswer",
    "MailTemplate",
    "MemberImport",
    "Membership",
    "MembershipQuerySet",
    "Organization",
    "SavedView",
    "new_public_id",
    "validate_not_reserved",
]
