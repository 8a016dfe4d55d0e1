"""An organization's own wording: kept as a row, gone when the product's own is wanted again."""

from django.db import transaction
from django.utils import timezone

from iotdash.audit.services import Source, record
from iotdash.organizations.invitations.wording import KIND, ORIGINAL, Wording
from iotdash.organizations.models import MailTemplate, Organization


def own(organization: Organization) -> MailTemplate | None:
    return MailTemplate.objects.filter(organization=organization, kind=KIND).first()


@transaction.atomic
def save(source: Source, organization: Organization, wording: Wording) -> bool:
    """False when it says so already. The wording was checked; the product's own needs no row."""
    if wording == ORIGINAL:
        return reset(source, organization)
    stored = own(organization)
    if stored and (stored.subject, stored.body) == (wording.subject, wording.body):
        return False
    said = {"subject": wording.subject, "body": wording.body}
    by = {"updated_at": timezone.now(), "updated_by": source.actor}
    MailTemplate.objects.update_or_create(organization=organization, kind=KIND, defaults=said | by)
    record(source, "mail template changed", "mail template", KIND, subject=wording.subject)
    return True


@transaction.atomic
def reset(source: Source, organization: Organization) -> bool:
    """False when there was no other wording."""
    removed, _ = MailTemplate.objects.filter(organization=organization, kind=KIND).delete()
    if removed:
        record(source, "mail template reset", "mail template", KIND)
    return bool(removed)
