"""Organizations, who belongs to them, who is invited, which programs may come in, and what people are told of."""

from iotdash.organizations.models.alert import Alert, AlertEvent, AlertNotice, AlertRule
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
    "Alert",
    "AlertEvent",
    "AlertNotice",
    "AlertRule",
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
