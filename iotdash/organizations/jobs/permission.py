"""Whether who asked for a job may still have it done."""

from iotdash.organizations.authorization import Actor, may
from iotdash.organizations.models import ApiKey, Organization
from iotdash.runtime.jobs import kind_of
from iotdash.runtime.models import Job


def why_not(job: Job) -> str:
    """A sentence, or ""."""
    organization = Organization.objects.filter(public_id=job.organization).first()
    actor = _actor(organization, job.asked_by) if organization else None
    kind = kind_of(job)
    if actor and kind and may(actor, kind.action, organization):
        return ""
    return f"{job.asked_by} may not do this any more. Cancel it and ask anew, or resume it to answer for it yourself."


def _actor(organization: Organization, asked_by: str) -> Actor | None:
    member = organization.memberships.active().filter(user__email=asked_by).first()
    return member or _KeyNow.of(organization, asked_by)


class _KeyNow:
    """What an API key may, without its token."""

    def __init__(self, key: ApiKey) -> None:
        self.organization_id, self.role = key.organization_id, key.effective_role

    @classmethod
    def of(cls, organization: Organization, key_id: str) -> "_KeyNow | None":
        key = organization.api_keys.select_related("organization", "maker__user").filter(public_id=key_id).first()
        return cls(key) if key and key.state == ApiKey.State.ACTIVE else None
