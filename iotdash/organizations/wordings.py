"""An organization's own wording of a letter: kept as a row, gone when the product's own is wanted again."""

from django.db import transaction
from django.utils import timezone

from iotdash.audit.services import Source, record
from iotdash.organizations.letters import Letter, Wording
from iotdash.organizations.models import MailTemplate, Organization


def own(letter: Letter, organization: Organization) -> MailTemplate | None:
    return MailTemplate.objects.filter(organization=organization, kind=letter.kind).first()


def of(letter: Letter, organization: Organization) -> Wording:
    """The organization's own, else the product's."""
    stored = own(letter, organization)
    return Wording(stored.subject, stored.body) if stored else letter.original


@transaction.atomic
def save(letter: Letter, source: Source, organization: Organization, wording: Wording) -> bool:
    """False when it says so already. The wording was checked; the product's own needs no row."""
    if wording == letter.original:
        return reset(letter, source, organization)
    stored = own(letter, organization)
    if stored and (stored.subject, stored.body) == (wording.subject, wording.body):
        return False
    said = {"subject": wording.subject, "body": wording.body}
    by = {"updated_at": timezone.now(), "updated_by": source.actor}
    MailTemplate.objects.update_or_create(organization=organization, kind=letter.kind, defaults=said | by)
    record(source, "mail template changed", "mail template", letter.kind, subject=wording.subject)
    return True


@transaction.atomic
def reset(letter: Letter, source: Source, organization: Organization) -> bool:
    """False when there was no other wording."""
    removed, _ = MailTemplate.objects.filter(organization=organization, kind=letter.kind).delete()
    if removed:
        record(source, "mail template reset", "mail template", letter.kind)
    return bool(removed)
